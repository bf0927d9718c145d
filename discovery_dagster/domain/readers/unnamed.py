"""Tables without a header, told by the addresses that their first record has like all others.

    web01,10.1.0.1,linux          10.1.0.1;00:50:56:aa:01:11          web01.corp.example
    web02,10.1.0.2,linux          10.1.0.2;00:50:56:aa:01:12          web02.corp.example

No header is an address. Columns are then called by what stands in them; what nothing tells has
only its number.
"""

import re
from collections.abc import Callable, Sequence
from typing import Final

from discovery_dagster.domain.readers.header import is_blank

Cells = Sequence[str | None]

ADDRESS, MAC, HOST = "IP Address", "MAC Address", "Hostname"
_RECORDS: Final = 50  # that tell
_FEWEST: Final = 2
_MOSTLY: Final = 0.9
_DISTINCT: Final = 0.5  # least share of different values where they are names
_V4: Final = r"(?:\d{1,3}\.){3}\d{1,3}"
_ADDRESS: Final = re.compile(
    rf"{_V4}(?:/\d{{1,2}})?|(?=[^:]*+:[^:]*+:)[0-9A-Fa-f:]{{3,39}}(?:/\d{{1,3}})?"
)
_MAC: Final = re.compile(
    r"[0-9A-Fa-f]{2}(?:[:-][0-9A-Fa-f]{2}){5}|[0-9A-Fa-f]{4}(?:\.[0-9A-Fa-f]{4}){2}"
)
_HAS_ADDRESS: Final = re.compile(rf"(?<![\w.]){_V4}(?![\w.])|:[0-9A-Fa-f]{{0,4}}:")
_NAME: Final = re.compile(r"(?=[\w.-]*?[^\W\d_])\w[\w.-]*+")
_FULL_NAME: Final = re.compile(r"(?=[^A-Za-z]*+[A-Za-z])[\w-]+(?:\.[\w-]+){2,}\.?")
_NUMBERED: Final = re.compile(r"[A-Za-z][A-Za-z_-]*+\d{1,3}[A-Za-z]?")


def has_address(line: str) -> bool:
    """Whether `line` may be a record with an address, at a glance."""
    return _HAS_ADDRESS.search(line) is not None


def name_columns(records: Sequence[Cells]) -> tuple[str, ...] | None:
    """Return the names of the columns of `records`, None where the first one may be a header.

    Args:
        records: the first ones of a table, with as many cells as there are columns.
    """
    records = [record for record in records[:_RECORDS] if not all(map(is_blank, record))]
    if len(records) < _FEWEST or len(records[0]) < 2:
        return None
    columns = list(zip(*records, strict=False))
    addresses = [at for at, cells in enumerate(columns) if _are(cells, _is_address)]
    macs = [at for at, cells in enumerate(columns) if _are(cells, _MAC.fullmatch)]
    if len(addresses) != 1 or len(macs) > 1:
        return None
    others = [at for at in range(len(columns)) if at not in (*addresses, *macs)]
    hosts = [at for at in others if _are(columns[at], _NAME.fullmatch) and _differ(columns[at])]
    if not hosts and not _differ(columns[addresses[0]], _MOSTLY):
        return None
    known = {addresses[0]: ADDRESS, **dict.fromkeys(macs, MAC), **dict.fromkeys(hosts[:1], HOST)}
    return tuple(known.get(at, f"column {at + 1}") for at in range(len(columns)))


def name_only_column(values: Sequence[str]) -> str | None:
    """Return the name of a list of single values; None where the first may be its header."""
    values = [value.strip() for value in values[:_RECORDS] if value.strip()]
    if len(values) < _FEWEST or not _differ(values, _MOSTLY):
        return None
    if _are(values, _is_address):
        return ADDRESS
    if _are(values, _FULL_NAME.fullmatch):
        return HOST
    return "column 1" if _are(values, _NUMBERED.fullmatch) else None


def _are(cells: Cells, recognises: Callable[[str], object]) -> bool:
    """Whether nearly all of `cells` are something, the first of them in any case."""
    filled = [cell.strip() for cell in cells if cell and not cell.isspace()]
    if is_blank(cells[0]) or not recognises(filled[0]):
        return False
    return sum(bool(recognises(cell)) for cell in filled) >= _MOSTLY * len(cells)


def _is_address(cell: str) -> bool:
    """Whether `cell` is an address, and no MAC address."""
    return bool(_ADDRESS.fullmatch(cell)) and not _MAC.fullmatch(cell)


def _differ(cells: Cells, share: float = _DISTINCT) -> bool:
    return len({cell and cell.strip().casefold() for cell in cells}) >= share * len(cells)
