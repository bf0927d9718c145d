"""Connections whose ends are written with their ports: `10.0.0.1:51044`, `[2001:db8::1]:443`."""

from typing import Final

import polars as pl

from discovery_dagster import reference
from discovery_dagster.domain.formats.connections import LOCAL, OPENED, SENT, known_ends
from discovery_dagster.domain.formats.reshaping import add_columns
from discovery_dagster.domain.source_tables import SourceTable, cell_column
from discovery_dagster.domain.words import fold

_PORTED: Final = r"^(?:\[([0-9a-fA-F:.]+)\]|([^\s:\[\]]+)):(\d{1,5}|\*)$"
#: An address and a port: no name can look like it.
_ADDRESS: Final = r"^(?:\[([0-9a-fA-F:.]+)\]|((?:\d{1,3}\.){3}\d{1,3})):(\d{1,5})$"
_SAMPLE: Final = 1_000  # records that are looked at
_SHARE: Final = 0.9  # of the ends that are so written; others may be names, or missing


def reshape(tables: tuple[SourceTable, ...]) -> tuple[SourceTable, ...]:
    """Part ends from their ports: names where no column of ports stands beside, addresses always.

    A port in a column of its own outranks the one behind an address.
    """
    return tuple(_reshape(table) for table in tables)


def _reshape(table: SourceTable) -> SourceTable:
    folded = table.folded_header
    for sides in (LOCAL, OPENED, SENT):
        known = known_ends(sides)
        meanings = {known[header][:2] for header in folded if header in known}
        named = {side for side, thing in meanings if thing != "port"}
        if named != {"source", "target"}:
            continue
        ends = [(at, *known[header][:2]) for at, header in enumerate(folded) if header in known]
        hosts = [(at, side) for at, side, thing in ends if thing != "port"]
        ported = [(at, side) for at, side in hosts if _is_ported(table, at)]
        if {side for _, side in ported} == named and len(hosts) == len(ends):
            return _parted(table, ported, sides, _PORTED)
        addressed = [(at, side) for at, side in hosts if _has_ports(table, at)]
        if addressed:
            return _parted(table, addressed, sides, _ADDRESS)
    return table


def _is_ported(table: SourceTable, at: int) -> bool:
    cells = table.records[cell_column(at)].head(_SAMPLE).drop_nulls().str.strip_chars()
    return len(cells) > 0 and int(cells.str.contains(_PORTED).sum()) >= _SHARE * len(cells)


def _has_ports(table: SourceTable, at: int) -> bool:
    """Whether any cell is an address and a port; few flow logs have a colon in an address."""
    cells = table.records[cell_column(at)]
    colons = cells.filter(cells.str.contains(":", literal=True))
    return bool(colons.str.strip_chars().str.contains(_ADDRESS).any())


def _parted(
    table: SourceTable, ported: list[tuple[int, str]], sides: str, pattern: str
) -> SourceTable:
    words = reference.load("ends")["sides"][sides]
    columns: dict[str, pl.Series] = {}
    for at, side in ported:
        cells = table.records[cell_column(at)].str.strip_chars()
        hosts = [cells.str.extract(pattern, group) for group in (1, 2)]
        columns[table.header[at]] = hosts[0].fill_null(hosts[1]).fill_null(cells)
        own = _port_column(table, side, sides)
        port = cells.str.extract(pattern, 3)
        if own is None:
            columns.setdefault(f"{words[side][0]} port", port)
        else:
            stated = table.records[cell_column(own)]
            blank = stated.str.strip_chars().is_in(["", "-", "0"]).fill_null(True)
            columns.setdefault(table.header[own], stated.zip_with(~blank, port.fill_null(stated)))
    return add_columns(table, columns)


def _port_column(table: SourceTable, side: str, sides: str) -> int | None:
    """Position of the column of ports of a side, None where the table has none."""
    known = known_ends(sides)
    plain = reference.load("ends")["columns"].get("port", ()) if side == "target" else ()
    for at, header in enumerate(map(fold, table.header)):
        if known.get(header, ())[:2] == (side, "port") or header in plain:
            return at
    return None
