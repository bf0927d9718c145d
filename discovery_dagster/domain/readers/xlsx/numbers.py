"""Numbers of a workbook as text, and those that its styles show as dates."""

import re
from typing import Final

import numpy as np
import polars as pl

from discovery_dagster.domain.readers.xlsx.scanning import (
    WORD,
    Mask,
    Values,
    Xml,
    digits_in,
    low_bytes,
)

#: Numbers that people would write in another way: with an exponent, more digits than a double
#: holds, zeros behind the last decimal or nothing before the point.
_WRITTEN_OUT: Final = r"[eE]|^.{17}|\.\d*0$|\.$|^-?\."
#: The bits of which letters and what is beyond ASCII have one, and digits, signs and points none.
_LETTERS: Final = np.uint64(0xC0C0C0C0C0C0C0C0)
_SECONDS: Final = 86_400
#: Number formats that Excel itself has for dates and times [ECMA-376, 18.8.30].
_BUILT_IN: Final = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
_NO_DATE: Final = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\[\]]*\]', re.IGNORECASE)


def are_as_written(xml: Xml, numbers: Values) -> Mask:
    """Whether numbers are written as people write them; true only where it is sure.

    They are when they are whole, or begin with a digit and end with another one than 0, and hold no
    letter; within sixteen bytes.
    """
    lengths, digits = numbers.lengths, digits_in(numbers.low)
    low, high = numbers.low & low_bytes(lengths), numbers.high & low_bytes(lengths - WORD)
    last = xml.bytes_[numbers.starts + lengths - 1]
    decimal = ((low | high) & _LETTERS == 0) & (digits > 0) & (last > ord("0")) & (last <= ord("9"))
    written: Mask = (lengths <= 2 * WORD) & (decimal | (digits == lengths))
    return written


def as_numbers(texts: pl.Series, among: Mask) -> pl.Series:
    """Return numbers as people write them: whole ones without a point, none with an exponent.

    Args:
        texts: of numbers.
        among: which of them may be written in another way.
    """
    if not among.any():
        return texts
    unsure = pl.Series(np.flatnonzero(among).astype(np.uint32))
    at = unsure.filter(texts.gather(unsure).str.contains(_WRITTEN_OUT))
    if not len(at):
        return texts
    unusual = texts.gather(at)
    numbers = unusual.cast(pl.Float64, strict=False)
    whole = (numbers == numbers.round(0)) & (numbers.abs() < 1e18)
    written = pl.DataFrame({"number": numbers, "whole": whole, "text": unusual})
    plain = written.select(
        pl.when("whole")
        .then(pl.col("number").cast(pl.Int64, strict=False).cast(pl.String))
        .when(pl.col("number").abs().is_between(1e-5, 1e15))
        .then(pl.col("number").cast(pl.String))
        .otherwise("text")
    ).to_series()
    return texts.scatter(at, plain)


def as_dates(texts: pl.Series, *, since_1904: bool) -> pl.Series:
    """Return serial numbers of days as `2024-05-01 10:30:00`; what is no number stays.

    Excel counts a 29 February 1900 that never was: days before are one earlier.
    """
    days = texts.cast(pl.Float64, strict=False)
    epoch = pl.lit("1904-01-01" if since_1904 else "1899-12-30").str.to_datetime("%Y-%m-%d")
    shown = pl.DataFrame({"text": texts, "days": days}).select(
        moment=(
            epoch
            + pl.duration(
                seconds=(
                    (pl.col("days") + pl.when(since_1904).then(0).otherwise(_missing_day()))
                    * _SECONDS
                )
                .round(0)
                .cast(pl.Int64, strict=False)
            )
        ).dt.strftime("%Y-%m-%d %H:%M:%S"),
        text="text",
    )
    return shown.select(pl.coalesce("moment", "text")).to_series()


def is_date(number_format: int, code: str | None) -> bool:
    """Whether a number format shows dates or times; `code` is that of formats of the workbook."""
    if code is None:
        return number_format in _BUILT_IN
    plain = _NO_DATE.sub("", code.split(";")[0])
    return bool(re.search(r"[dmyhs]", plain, re.IGNORECASE)) and "general" not in plain.lower()


def _missing_day() -> pl.Expr:
    return pl.when(pl.col("days") < 60).then(1).otherwise(0)
