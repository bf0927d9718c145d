"""Connections whose ends are written with their ports: `10.0.0.1:51044`, `[2001:db8::1]:443`."""

from typing import Final

import polars as pl

from discovery_dagster import reference
from discovery_dagster.domain.formats.base import TableFormat
from discovery_dagster.domain.formats.connections import LOCAL, OPENED, SENT, known_ends
from discovery_dagster.domain.formats.reshaping import add_columns
from discovery_dagster.domain.tables import SourceTable, cell_column
from discovery_dagster.domain.words import fold

#: What comes of it is a plain table of connections.
FORMATS: tuple[TableFormat, ...] = ()

_PORTED: Final = r"^(?:\[([0-9a-fA-F:.]+)\]|([^\s:\[\]]+)):(\d{1,5}|\*)$"
_SAMPLE: Final = 1_000  # records that are looked at
_SHARE: Final = 0.9  # of the ends that are so written; others may be names, or missing


def reshape(tables: tuple[SourceTable, ...]) -> tuple[SourceTable, ...]:
    """Part ends from their ports, where no column of ports stands beside."""
    return tuple(_reshape(table) for table in tables)


def _reshape(table: SourceTable) -> SourceTable:
    folded = [fold(column) for column in table.header]
    for sides in (LOCAL, OPENED, SENT):
        known = known_ends(sides)
        told = {known[header][:2] for header in folded if header in known}
        named = {side for side, thing in told if thing != "port"}
        if named != {"source", "target"} or any(thing == "port" for _, thing in told):
            continue
        ends = [(at, known[header][0]) for at, header in enumerate(folded) if header in known]
        ported = [(at, side) for at, side in ends if _is_ported(table, at)]
        if {side for _, side in ported} == named:
            return _parted(table, ported, sides)
    return table


def _is_ported(table: SourceTable, at: int) -> bool:
    cells = table.records[cell_column(at)].head(_SAMPLE).drop_nulls().str.strip_chars()
    return len(cells) > 0 and int(cells.str.contains(_PORTED).sum()) >= _SHARE * len(cells)


def _parted(table: SourceTable, ported: list[tuple[int, str]], sides: str) -> SourceTable:
    words = reference.load("ends")["sides"][sides]
    columns: dict[str, pl.Series] = {}
    for at, side in ported:
        cells = table.records[cell_column(at)].str.strip_chars()
        hosts = [cells.str.extract(_PORTED, group) for group in (1, 2)]
        columns[table.header[at]] = hosts[0].fill_null(hosts[1]).fill_null(cells)
        columns.setdefault(f"{words[side][0]} port", cells.str.extract(_PORTED, 3))
    return add_columns(table, columns)
