"""Numbers and amounts: cores, counts, ports, memory, storage.

Numbers are read in English and continental notation; which one a column uses is decided by those
of its cells that can only be the one or the other.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import polars as pl

from discovery_dagster import reference
from discovery_dagster.domain.services import ports
from discovery_dagster.domain.values.reading import Reading, read_distinct, read_others, with_faults
from discovery_dagster.domain.words import fold

_GROUPED_BY_BLANKS = r"^[+-]?\d{1,3}(?:[\s'\x{2019}]\d{3})+(?:[.,]\d+)?$"
_DOT = r"^[+-]?\d*(?:\.\d+)?$|^[+-]?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?$"
_COMMA = r"^[+-]?\d*(?:,\d+)?$|^[+-]?[1-9]\d{0,2}(?:\.\d{3})+(?:,\d+)?$"
_DOT_GROUPS = r"^[+-]?[1-9]\d{0,2}(?:\.\d{3})+$"
# Only one thousands mark with three digits behind it can be read both ways.
_BOTH = r"^[+-]?[1-9]\d{0,2}[.,]\d{3}$"
_PORT_OF_PROTOCOL = r"^(?:(?:tcp|udp)[\s/_:-]*(\d+)|(\d+)[\s/_:-]*(?:tcp|udp))$"
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
    """Read numbers of processor cores: whole, at least 1, and not above any machine's."""
    return _whole(cells, 1, _MOST_CORES)


def read_count(cells: pl.Series) -> Reading:
    """Read counts: whole and not negative."""
    return _whole(cells, 0, _LARGEST - 1)


def read_port(cells: pl.Series) -> Reading:
    """Read port numbers of the transport layer, such as `443`, `tcp/443` and `https`.

    0 stands for none.
    """
    reading = _whole(cells, 0, 65_535, _as_number)
    return Reading(reading.values.set(reading.values == 0, None).cast(pl.Int32), reading.faults)


def _as_number(ports_or_services: pl.Series) -> pl.Series:
    numbers = ports_or_services.str.to_lowercase().str.replace(_PORT_OF_PROTOCOL, "${1}${2}")
    return numbers.replace(_ports_of_services())


@cache
def _ports_of_services() -> dict[str, str]:
    known = ports().filter(protocol="tcp").drop_nulls(["port", "service"]).sort("port")
    first = known.unique("service", keep="first", maintain_order=True)
    return {name: str(port) for name, port in first.select("service", "port").iter_rows()}


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


def _whole(
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
    parts = cells.str.extract_groups(r"^\s*([^A-Za-z]*?)\s*([A-Za-z]*)\.?\s*$")
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
