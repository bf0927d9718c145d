"""Points in time."""

import polars as pl

from discovery_dagster.domain.values.reading import Reading, with_faults

_ISO = (
    r"^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(?::(\d{2})(?:[.,]\d+)?)?)?"
    r"\s*(Z|z|UTC|[+-]\d{2}:?\d{2})?$"
)


def read_time(cells: pl.Series) -> Reading:
    """Read points in time, ISO 8601 or seconds or milliseconds since 1970, into ISO 8601 text.

    A day and month whose order cannot be known is a fault, never a guess.

    Returns:
        Values are String such as `2025-06-14T00:00:00`, with the zone where the source has one.
    """
    return with_faults(cells, _from_text(cells).zip_with(~_is_epoch(cells), _from_epoch(cells)))


def _is_epoch(cells: pl.Series) -> pl.Series:
    return cells.str.contains(r"^\d{9,10}$|^\d{13}$").fill_null(False)


def _from_epoch(cells: pl.Series) -> pl.Series:
    number = cells.set(~_is_epoch(cells), None).cast(pl.Int64, strict=False)
    milliseconds = number.zip_with((number > 10**11).fill_null(False), number * 1000)
    return milliseconds.cast(pl.Datetime("ms")).dt.strftime("%Y-%m-%dT%H:%M:%SZ")


def _from_text(cells: pl.Series) -> pl.Series:
    parts = cells.str.extract_groups(_ISO)
    day = parts.struct.field("1")
    clock = parts.struct.field("2").fill_null("00:00")
    seconds = parts.struct.field("3").fill_null("00")
    zone = parts.struct.field("4").fill_null("").str.replace(r"^(?:z|UTC)$", "Z")
    stamp = day + "T" + clock + ":" + seconds
    valid = stamp.str.to_datetime("%Y-%m-%dT%H:%M:%S", strict=False).is_not_null()
    return (stamp + zone).set(~valid, None)
