"""Numbers and amounts: cores, counts, memory, storage.

Numbers are read in English and continental notation; which one a column uses is decided by those
of its cells that can only be the one or the other.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import polars as pl

from discovery_dagster import reference
from discovery_dagster.domain.values.reading import Reading, read_distinct, read_others, with_faults
from discovery_dagster.domain.words import fold

_GROUPED_BY_BLANKS = r"^[+-]?\d{1,3}(?:[\s'\x{2019}]\d{3})+(?:[.,]\d+)?$"
_DOT = r"^[+-]?\d*(?:\.\d+)?$|^[+-]?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?$"
_COMMA = r"^[+-]?\d*(?:,\d+)?$|^[+-]?[1-9]\d{0,2}(?:\.\d{3})+(?:,\d+)?$"
_DOT_GROUPS = r"^[+-]?[1-9]\d{0,2}(?:\.\d{3})+$"
# Only one thousands mark with three digits behind it can be read both ways.
_BOTH = r"^[+-]?[1-9]\d{0,2}[.,]\d{3}$"
_MOST_CORES = 16_384  # of one machine; beyond it stand clock rates and ids
_SMALL = frozenset({"B", "KB", "KiB", "MB", "MiB"})
_LARGEST = 10**15  # beyond it a Float64 no longer holds every whole number


def read_numbers(cells: pl.Series, whole: bool = False, coarse: bool = False) -> pl.Series:
    """Return the numbers in `cells` as Float64, null where there is none.

    Args:
        cells: String, trimmed.
        whole: the numbers are whole ones, so that `1.024` can only be a thousand and more.
        coarse: they are whole ones as a rule, so that it is that where no other has decimals.
    """
    grouped = cells.str.contains(_GROUPED_BY_BLANKS).fill_null(False)
    text = cells.zip_with(~grouped, cells.str.replace_all(r"[\s'\x{2019}]", ""))
    dot, comma = text.str.contains(_DOT), text.str.contains(_COMMA)
    open_ = text.str.contains(_BOTH)
    only_dot, only_comma = dot & ~comma & ~open_, comma & ~dot & ~open_
    continental = only_comma
    if bool(only_comma.any()) and not bool(only_dot.any()):
        continental = continental | open_
    if whole or (coarse and not bool(only_dot.any())):
        continental = continental | text.str.contains(_DOT_GROUPS)
    continental = continental.fill_null(False)
    english = text.str.replace_all(",", "", literal=True)
    other = text.str.replace_all(".", "", literal=True).str.replace_all(",", ".", literal=True)
    plain = other.zip_with(continental, english).set(~(dot | comma).fill_null(False), None)
    numbers = plain.cast(pl.Float64, strict=False)
    return numbers.set(numbers.abs() >= _LARGEST, None)


def read_cores(cells: pl.Series) -> Reading:
    """Read numbers of processor cores: whole, at least 1, and not above any machine's.

    Words for cores may follow (`16 cores`), and a number may be a product, of sockets and the
    cores of each (`2 x 8`); in brackets may stand how it is made up (`8 (2x4)`).
    """
    return read_whole(cells, 1, _MOST_CORES, _as_cores)


def _as_cores(cells: pl.Series) -> pl.Series:
    core, product = _core_patterns()
    text = cells.str.to_lowercase()
    factors = text.str.extract_groups(product)
    total = factors.struct[0].cast(pl.Int64, strict=False) * factors.struct[1].cast(
        pl.Int64, strict=False
    )
    return total.cast(pl.String).fill_null(text.str.extract(core, 1)).fill_null(cells)


@cache
def _core_patterns() -> tuple[str, str]:
    """Patterns of a number of cores in words, and of one that is a product."""
    words = reference.load("units")["processors"]
    core, socket = (f"(?:{'|'.join(map(re.escape, words[kind]))})" for kind in ("core", "socket"))
    made_up = rf"\(\s*(?:\d+\s*[x\xd7*]\s*\d+[^)]*|\d+\s*{socket}|[^\d)]*)\)"
    number = r"(\d+)(?:[.,](?:0{1,2}|0{4,}))?"  # three are a thousand: `5,000`, as elsewhere
    return (
        rf"^{number}(?:[\s-]*{core}\.?)?\s*(?:{made_up})?$",
        rf"^(\d+)\s*(?:{socket}|{core})?\s*[x\xd7*]\s*(\d+)(?:[\s-]*{core}\.?)?$",
    )


def read_count(cells: pl.Series) -> Reading:
    """Read counts: whole and not negative."""
    return read_whole(cells, 0, _LARGEST - 1)


def read_memory(cells: pl.Series, unit: str | None) -> Reading:
    """Read amounts of memory in GiB; MB and GB are read as MiB and GiB."""
    return _amounts(cells, unit, _Quantity("memory", above=0, decimals=3))


def read_storage(cells: pl.Series, unit: str | None) -> Reading:
    """Read amounts of storage in 10^9 bytes, to two decimals."""
    return _amounts(cells, unit, _Quantity("storage", above=-1, decimals=2))


@dataclass(frozen=True)
class _Quantity:
    name: str
    above: int  # which whole numbers of it are
    decimals: int


@cache
def unit_spellings() -> dict[str, str]:
    """Return the unit that each folded spelling of one means, such as `gbyte` for `GB`."""
    units = reference.load("units")
    spellings = {unit.lower(): unit for unit in units["storage"]}
    for unit, others in units["spellings"].items():
        spellings |= {fold(other): unit for other in others}
    return spellings


def read_whole(
    cells: pl.Series,
    least: int,
    most: int,
    spell: Callable[[pl.Series], pl.Series] = lambda cells: cells,
) -> Reading:
    """Read whole numbers; what is not written as one is spelled as one first."""
    numbers = cells.cast(pl.Int64, strict=False)
    usual = numbers.is_between(least, most) | cells.is_null()
    return read_others(
        cells,
        usual,
        numbers,
        lambda others: read_distinct(
            others, lambda each: _whole_as_written(spell(each), least, most)
        ),
    )


def _whole_as_written(cells: pl.Series, least: int, most: int) -> Reading:
    numbers = read_numbers(cells, whole=True)
    fits = (numbers >= least) & (numbers <= most) & (numbers == numbers.round(0))
    return with_faults(cells, numbers.set(~fits.fill_null(False), None).cast(pl.Int64))


def _amounts(cells: pl.Series, unit: str | None, quantity: _Quantity) -> Reading:
    """Read amounts; one of nothing but digits is in the unit of its column."""
    numbers = cells.cast(pl.Int64, strict=False)
    factor = _factors(quantity.name).get(fold(unit or ""))
    values = (numbers.cast(pl.Float64) * factor).round(quantity.decimals)
    possible = (numbers > quantity.above) & (numbers < _LARGEST)
    usual = (possible & values.is_not_null()) | cells.is_null()
    return read_others(
        cells,
        usual,
        values,
        lambda others: read_distinct(
            others, lambda each: _amounts_as_written(each, unit, quantity)
        ),
    )


def _amounts_as_written(cells: pl.Series, unit: str | None, quantity: _Quantity) -> Reading:
    parts = cells.str.extract_groups(r"^\s*(\P{L}*?)\s*(\p{L}*)\.?\s*$")
    number, written = parts.struct.field("1"), parts.struct.field("2").str.to_lowercase()
    written = written.set(written == "", None).fill_null(fold(unit or ""))
    numbers = read_numbers(number)
    # Nobody writes thousandths of a megabyte, but many write 16.384 for 16,384 of them.
    small = written.is_in([word for word, name in unit_spellings().items() if name in _SMALL])
    if small.any():
        coarse = read_numbers(number.set(~small.fill_null(False), None), coarse=True)
        numbers = coarse.zip_with(small.fill_null(False), numbers)
    factors = _factors(quantity.name)
    amounts = numbers * written.replace_strict(factors, default=None, return_dtype=pl.Float64)
    fits = amounts > 0 if quantity.above == 0 else amounts >= 0
    return with_faults(cells, amounts.set(~fits, None).round(quantity.decimals))


@cache
def _factors(quantity: str) -> dict[str, float]:
    """How much each spelling of a unit is of a quantity's own."""
    factors = reference.load("units")[quantity]
    return {word: factors[name] for word, name in unit_spellings().items() if name in factors}
