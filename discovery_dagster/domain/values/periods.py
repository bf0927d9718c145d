"""Ranges of time in one cell: `9/11/2026 12:00-18:00`, `2026-08-21..2026-09-20`, ISO intervals."""

from typing import Final

import polars as pl

_DATE: Final = r"\d{1,4}[-./]\d{1,2}[-./]\d{1,4}"
_ZONE: Final = r"\s*(?:Z|z|UTC|[+-]\d{2}:?\d{2})"
_HALF: Final = r"\s*[AaPp]\.?[Mm]\.?"
_CLOCK: Final = r"\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?"
_POINT: Final = rf"{_DATE}(?:[T ,]+{_CLOCK}(?:{_HALF})?(?:{_ZONE})?)?"
_DASH: Final = r"[-\x{2013}\x{2014}]"
_TO: Final = r"\s+(?:to|until|till|bis|au|\x{e0}|a|al|hasta|at\x{e9})\s+"
_BETWEEN: Final = rf"\s*(?:\.\.+|\x{{2192}}|->|/)\s*|\s+{_DASH}\s+|{_TO}"
#: Of any range; few columns hold one, and this is quicker than parting them.
_MAYBE: Final = rf"\.\.|[\x{{2013}}\x{{2014}}\x{{2192}}]|->|\s-|-\s|{_TO}|:\d\d-\d|\d/\d{{4}}-|Z/\d"
#: Two points in time.
_POINTS: Final = rf"^({_POINT})(?:{_BETWEEN})({_POINT})$"
#: A day with two times of it: the second one may be of the next day.
_HOURS: Final = (
    rf"^({_DATE})[T ,]+({_CLOCK})({_HALF})?"
    rf"\s*(?:{_DASH}|to|bis|\.\.+)\s*({_CLOCK})({_HALF})?({_ZONE})?$"
)


def may_be(cells: pl.Series) -> bool:
    """Whether some cell looks like a range of time."""
    return bool(cells.str.contains(_MAYBE).any())


def parts(cells: pl.Series) -> pl.DataFrame:
    """Part each range of time into its two ends.

    Returns:
        As long as `cells`: `start` and `end` as points in time that people write, null where a cell
        is no range; and whether the end is `overnight`, on the day after the one written.
    """
    matches = (
        cells.alias("cell")
        .to_frame()
        .with_columns(
            points=pl.col("cell").str.extract_groups(_POINTS),
            hours=pl.col("cell").str.extract_groups(_HOURS),
        )
    )
    points, hours = pl.col("points").struct, pl.col("hours").struct
    last_half = hours.field("5").fill_null("")
    first = pl.concat_str(hours.field("2"), hours.field("3").fill_null(last_half))
    midnight = hours.field("4").str.starts_with("24:")
    clock = pl.when(midnight).then(pl.lit("00:00")).otherwise(hours.field("4"))
    last = pl.concat_str(clock, last_half)
    zone = hours.field("6").fill_null("")
    day = pl.concat_str(hours.field("1"), pl.lit(" "))
    return matches.select(
        start=pl.coalesce(points.field("1"), pl.concat_str(day, first, zone)),
        end=pl.coalesce(points.field("2"), pl.concat_str(day, last, zone)),
        overnight=(_minutes(last) <= _minutes(first)).fill_null(value=False),
    )


def a_day_later(moments: pl.Series, overnight: pl.Series) -> pl.Series:
    """Return points in time, in ISO 8601 with any zone, a day later where they are `overnight`."""
    if not overnight.any():
        return moments
    written = pl.col("moment")
    day = written.str.head(19).str.to_datetime("%Y-%m-%dT%H:%M:%S", strict=False)
    later = (day + pl.duration(days=1)).dt.strftime("%Y-%m-%dT%H:%M:%S")
    moved = pl.when("overnight").then(later + written.str.slice(19)).otherwise(written)
    frame = pl.DataFrame({"moment": moments, "overnight": overnight})
    return frame.select(moment=moved).to_series()


def _minutes(clock: pl.Expr) -> pl.Expr:
    """Minutes of the day of a time such as `9:05` or `9:05 PM`."""
    hour = clock.str.extract(r"^(\d+)", 1).cast(pl.Int64, strict=False)
    half = clock.str.extract(r"([AaPp])\.?[Mm]", 1).str.to_lowercase()
    hour = pl.when(half.is_null()).then(hour).otherwise(hour % 12)
    afternoon = pl.when(half == "p").then(12).otherwise(0)
    minutes = clock.str.extract(r"^\d+:(\d+)", 1).cast(pl.Int64, strict=False)
    return (hour + afternoon) * 60 + minutes
