"""Points in time."""

import polars as pl

from discovery_dagster.domain.values.reading import Reading, with_faults

_ISO = (
    r"^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(?::(\d{2})(?:[.,]\d+)?)?)?"
    r"\s*(Z|z|UTC|[+-]\d{2}:?\d{2})?$"
)
_EPOCH = r"^(?:\d{9,10}(?:\.\d+)?|\d{13}|\d{16}|\d{19})$"


def read_time(cells: pl.Series) -> Reading:
    """Read points in time, ISO 8601 or a number since 1970, into ISO 8601 text.

    A number's digits say whether it counts seconds, milli-, micro- or nanoseconds.

    A day and month whose order cannot be known is a fault, never a guess.

    Returns:
        Values are String such as `2025-06-14T00:00:00`, with the zone where the source has one.
    """
    return with_faults(cells, _from_text(cells).zip_with(~_is_epoch(cells), _from_epoch(cells)))


def _is_epoch(cells: pl.Series) -> pl.Series:
    return cells.str.contains(_EPOCH).fill_null(False)


def _from_epoch(cells: pl.Series) -> pl.Series:
    digits = cells.set(~_is_epoch(cells), None).str.replace(r"\..*$", "")
    # Seconds have ten digits (nine before 2001); thousandths add three, their thousandths more.
    places = digits.str.len_chars().cast(pl.Int64).clip(10) - 10
    seconds = _without_last(digits, places)
    return (
        (seconds.cast(pl.Int64, strict=False) * 1000)
        .cast(pl.Datetime("ms"))
        .dt.strftime("%Y-%m-%dT%H:%M:%SZ")
    )


def _without_last(digits: pl.Series, places: pl.Series) -> pl.Series:
    kept = digits.str.len_chars().cast(pl.Int64) - places
    return pl.DataFrame({"digits": digits, "kept": kept}).select(
        pl.col("digits").str.head(pl.col("kept"))
    )["digits"]


def _from_text(cells: pl.Series) -> pl.Series:
    parts = cells.str.extract_groups(_ISO)
    day = parts.struct.field("1")
    clock = parts.struct.field("2").fill_null("00:00")
    seconds = parts.struct.field("3").fill_null("00")
    zone = parts.struct.field("4").fill_null("").str.replace(r"^(?:z|UTC)$", "Z")
    stamp = day + "T" + clock + ":" + seconds
    valid = stamp.str.to_datetime("%Y-%m-%dT%H:%M:%S", strict=False).is_not_null()
    return (stamp + zone).set(~valid, None)
