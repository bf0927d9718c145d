"""Points in time."""

import polars as pl

from discovery_dagster.domain.values import periods
from discovery_dagster.domain.values.reading import Reading, with_faults

_ISO = (
    r"^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(?::(\d{2})(?:[.,]\d+)?)?)?"
    r"\s*(Z|z|UTC|[+-](?:0\d|1[0-4]):?\d{2})?$"
)
_ZONE = r"(?:Z|z|UTC|[+-](?:0\d|1[0-4]):?\d{2})"
_CLOCK = rf"(?:[ T,]+(\d{{1,2}}:\d{{2}}(?::\d{{2}})?)(?:[.,]\d+)?(?:\s+({_ZONE}))?)?"
_DAY_FIRST = rf"^(\d{{1,2}})\.(\d{{1,2}})\.(\d{{4}}){_CLOCK}$"
_YEAR_FIRST = rf"^(\d{{4}})[/.](\d{{1,2}})[/.](\d{{1,2}}){_CLOCK}$"
_SLASHES = rf"^(\d{{1,2}})/(\d{{1,2}})/(\d{{4}}){_CLOCK}(?:\s*([AaPp])\.?[Mm]\.?)?$"
_EPOCH = r"^(?:\d{9,10}(?:\.\d+)?|\d{13}|\d{16}|\d{19})$"


#: How many digits a whole number has that counts since 1970, beginning with 2001, as `read_time`
#: reads it: seconds, milli-, micro- or nanoseconds.
DIGITS = (10, 13, 16, 19)
#: Other notations of points in time whose texts are in the order of the times, and whether they may
#: name a day that does not exist. Fractions of a second are cut when they are read.
ORDERED = (
    (r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z", True),
    (r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?", True),
    (r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}(?:\.\d+)?", True),
    (r"\d{10}\.\d+", False),
)


#: Whether the month comes first between slashes, as a format's unit says it.
MONTH_FIRST = "MM/DD/YYYY"


def read_time(cells: pl.Series, unit: str | None = None) -> Reading:
    """Read points in time, ISO 8601, as people write dates, or a number since 1970, into ISO 8601.

    A number's digits say whether it counts seconds, milli-, micro- or nanoseconds. Of a range of
    time (`periods`) it is the start.

    Dots put the day first, a leading year the month second. Between slashes the cells of the column
    that can only be read in one way decide; where none does, the order is its format's, or a fault,
    never a guess.

    Args:
        cells: String, cleaned.
        unit: `MONTH_FIRST`, where the format says so.

    Returns:
        Values are String such as `2025-06-14T00:00:00`, with the zone where the source has one.
    """
    epoch = _is_epoch(cells)
    if epoch.all():
        return with_faults(cells, _from_epoch(cells))
    read = _read_texts(cells.set(epoch, None), unit).zip_with(~epoch, _from_epoch(cells))
    if (read.is_null() & cells.is_not_null()).any():
        parts = periods.parts(cells)
        ranges = parts["end"].is_not_null()
        if ranges.any():
            starts, _ = _read_ranges(parts.filter(ranges), unit)
            read = read.scatter(ranges.arg_true(), starts)
    return with_faults(cells, read)


def read_end(cells: pl.Series, unit: str | None = None) -> pl.Series:
    """Return the end of each range of time, as `read_time` returns its start; null of a point."""
    parts = periods.parts(cells)
    # `12:00-05:00` behind a day in ISO 8601 is a time in its zone.
    ranges = parts["end"].is_not_null() & ~cells.str.contains(_ISO).fill_null(value=False)
    ends = pl.repeat(None, len(cells), dtype=pl.String, eager=True)
    return ends.scatter(ranges.arg_true(), _read_ranges(parts.filter(ranges), unit)[1])


def _read_ranges(parts: pl.DataFrame, unit: str | None) -> tuple[pl.Series, pl.Series]:
    """Read both ends of ranges together, since either may tell the order between slashes."""
    read = _read_texts(pl.concat([parts["start"], parts["end"]]), unit)
    starts, ends = read.head(parts.height), read.tail(parts.height)
    return starts, periods.a_day_later(ends, parts["overnight"])


def _read_texts(cells: pl.Series, unit: str | None) -> pl.Series:
    return _from_text(_as_iso(cells, unit))


def _as_iso(cells: pl.Series, unit: str | None) -> pl.Series:
    """Write dates that people write as ISO 8601 has them; others stay as they stand."""
    if not cells.str.contains(r"^\d{1,4}[./]\d").any():
        return cells
    columns = pl.DataFrame({"cell": cells}).with_columns(
        dots=pl.col("cell").str.extract_groups(_DAY_FIRST),
        years=pl.col("cell").str.extract_groups(_YEAR_FIRST),
        slashes=pl.col("cell").str.extract_groups(_SLASHES),
    )
    order = _order(columns["slashes"]) or (("2", "1") if unit == MONTH_FIRST else None)
    written = columns.select(
        pl.coalesce(
            _iso("dots", "3", "2", "1"),
            _iso("years", "1", "2", "3"),
            _iso("slashes", "3", order[1], order[0]) if order else pl.lit(None, pl.String),
            "cell",
        )
    )
    return written.to_series()


def _order(slashes: pl.Series) -> tuple[str, str] | None:
    """Which place between slashes is the day and which the month, when a cell of them tells."""
    first, second = (
        slashes.struct.field(place).cast(pl.Int64, strict=False) > 12 for place in ("1", "2")
    )
    if bool(first.any()) == bool(second.any()):
        return None
    return ("1", "2") if first.any() else ("2", "1")


def _iso(groups: str, year: str, month: str, day: str) -> pl.Expr:
    part = pl.col(groups).struct
    clock = part.field("4").fill_null("00:00").str.zfill(5)
    if groups == "slashes":  # half a day has twelve hours, beginning with the twelfth
        half = part.field("6").str.to_lowercase()
        hour = clock.str.extract(r"^(\d+)", 1).cast(pl.Int64, strict=False)
        hour = pl.when(half.is_null()).then(hour).otherwise(hour % 12)
        hour = hour + pl.when(half == "p").then(12).otherwise(0)
        minutes = clock.str.extract(r"(:.*)$", 1)
        clock = pl.concat_str(hour.cast(pl.String).str.zfill(2), minutes)
    date = pl.concat_str(
        part.field(year),
        part.field(month).str.zfill(2),
        part.field(day).str.zfill(2),
        separator="-",
    )
    return pl.concat_str(date, pl.lit(" "), clock, part.field("5").fill_null(""))


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
