"""Observed connections: one relation for all records of a connection.

Flow logs are long and say little that is new from one record to the next. Their records are never
looked at one by one: each distinct cell is read once, and records are counted together by what
they say (`rows`). A problem of a cell is one of every record that holds it.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import polars as pl

from discovery_dagster.domain.canonical.accounts import (
    READING_OUTCOMES,
    SKIPPED,
    Place,
    decide_outcomes,
)
from discovery_dagster.domain.canonical.cells import MappedColumn, TableCells, read_records
from discovery_dagster.domain.canonical.connections import (
    MOMENTS,
    SIDES,
    are_broadcast,
    are_same,
    as_relations,
    connect,
    distinct_sorted,
    measure,
    number_ends,
    number_of_ends,
    places_in,
)
from discovery_dagster.domain.canonical.directions import (
    DIRECTION_FIELDS,
    direction_hints,
    join_replies,
    may_reply,
)
from discovery_dagster.domain.canonical.endpoints import Endpoints, find_end
from discovery_dagster.domain.canonical.exclusions import FlowCells, exclude
from discovery_dagster.domain.canonical.rows import (
    CONNECTION,
    MEASURES,
    Lookup,
    OrderedCells,
    Rows,
)
from discovery_dagster.domain.formats.base import TableFormat
from discovery_dagster.domain.source_tables import cell_column
from discovery_dagster.domain.values import periods, read_cells, times
from discovery_dagster.reference import load

#: Fields by the end that they tell.
_ENDS: Final[Mapping[str, Sequence[str]]] = {
    "source": ("source", "name", "source_address", "source_type", "source_detail"),
    "target": ("target", "target_address", "target_type", "target_detail"),
}
#: Fields by what else is looked up for them.
_FIELDS: Final[Mapping[str, Sequence[str]]] = {
    "tcp_flags": ("tcp_flags", "direction"),
    **{name: (name,) for name in ("source_port", "port", "protocol", *MEASURES)},
}
_LOOKS: Final = 16  # records that are looked at in the time, and less memory, of reading a cell
_ITSELF: Final = "Source and target are the same thing."


@dataclass(frozen=True)
class Flows:
    """What the records of a table of flows come to.

    `relations` are as `tables.RELATION_RECORDS` without their place, each with the `row` of
    its first record. `closed` are the records that are left out by how they were read
    or what they hold, as `decide_outcomes` gives them. `problems` are those of unusable records and
    `faults` of cells of others (both `PROBLEM`); `skipped` is as `SKIPPED`.
    """

    relations: pl.DataFrame
    closed: pl.DataFrame
    problems: pl.DataFrame
    skipped: pl.DataFrame
    faults: pl.DataFrame


@dataclass(frozen=True)
class _FieldReading:
    """The distinct combinations of `cells`, numbered as `row`, and what they are read as."""

    cells: tuple[str, ...]
    distinct: pl.DataFrame
    read: TableCells

    def lookup(self, values: pl.DataFrame) -> Lookup:
        """Return what to look up for the cells; `values` is as long as they are."""
        table = self.distinct.select(self.cells).hstack(values) if self.cells else values
        return Lookup(self.cells, table)

    def of_records(self, findings: pl.DataFrame, rows: Rows) -> pl.DataFrame:
        """Return findings about combinations, by their `row`, for each record that holds one."""
        if findings.is_empty():
            return findings
        number = pl.col("row").is_in(findings["row"].unique().implode())
        held = self.distinct.filter(number).rename({"row": "number"})
        return (
            findings.rename({"row": "number"})
            .join(rows.find(held, self.cells), on="number", maintain_order="left")
            .select(findings.columns)
            .sort("row", maintain_order=True)
        )


def read_flows(
    place: Place, rows: Rows, columns: Sequence[MappedColumn], table_format: TableFormat
) -> Flows:
    """Read the records of a table of flows.

    Args:
        place: the table; its own records are not looked at.
        rows: its records.
        columns: those whose mapping is accepted.
        table_format: of the table.
    """
    flow = _flow_cells(columns)
    closed, rows = exclude(rows, place, table_format, flow)
    again = rows.repeated(flow.flow, flow.source, flow.target) if flow else None
    ordered = _ordered_cells(rows, columns)
    as_they_stand = ordered.columns if ordered else {}
    readings = {
        name: _read(rows.distinct, columns, () if name in as_they_stand else fields, table_format)
        for name, fields in _FIELDS.items()
    }
    readings |= _ends_of_ranges(readings, columns)
    moments = distinct_sorted(
        readings[name].read.frame.get_column(name, default=None) for name in MOMENTS
    )
    protocols = distinct_sorted(
        [readings["protocol"].read.frame.get_column("protocol", default=None)]
    )
    by_field = {
        **{
            name: direction_hints(readings[name].read.frame, name, table_format)
            for name in DIRECTION_FIELDS
        },
        "protocol": places_in(readings["protocol"].read.frame, "protocol", protocols),
        "count": measure(readings["count"].read.frame, "count"),
        **{name: places_in(readings[name].read.frame, name, moments) for name in MOMENTS},
    }
    lookups = {name: readings[name].lookup(frame) for name, frame in by_field.items()}
    counted = _count(rows, columns, lookups, ordered, again)
    readings |= {
        side: _read(
            lambda cells: counted.select(cells).unique(), columns, _ENDS[side], table_format
        )
        for side in SIDES
    }
    endpoints = {side: find_end(readings[side].read, side, table_format) for side in SIDES}
    ends = number_ends(endpoints["source"].frame, endpoints["target"].frame)
    lookups |= {
        side: readings[side].lookup(number_of_ends(endpoints[side].frame, side, ends))
        for side in SIDES
    }
    connections = connect(counted, lookups).drop_nulls(["source", "target"])
    if ordered:
        connections = connections.with_columns(pl.col(MOMENTS).cast(pl.String))
        moments = distinct_sorted(connections[name] for name in MOMENTS)
        connections = connections.with_columns(_places(connections, moments))
        moments = read_cells("time", moments).values
    if again is not None:
        # A flow recorded in both directions counts in the direction recorded first.
        connections = connections.filter(pl.col("count") > 0)
    if not table_format.directed:
        connections = join_replies(connections, sender_known=bool(readings["source_port"].cells))
    none = {
        _ITSELF: are_same(connections, ends),
        load("ends")["subnet_broadcast"]["reason"]: are_broadcast(connections, ends, protocols),
    }
    skipped = [
        _between(rows, connections.filter(mask).select(*SIDES), lookups).select(
            "row", reason=pl.lit(reason)
        )
        for reason, mask in none.items()
    ]
    real = ~pl.select(pl.any_horizontal(*none.values())).to_series()
    nobody = [readings[side].of_records(endpoints[side].skipped, rows) for side in SIDES]
    problems = [readings[side].of_records(endpoints[side].problems, rows) for side in SIDES]
    return Flows(
        as_relations(connections.filter(real), ends, moments, protocols, table_format),
        pl.concat([closed, _blank(rows, readings, endpoints, place, table_format)]),
        pl.concat(problems),
        pl.concat([pl.DataFrame(schema=SKIPPED), *skipped, *nobody]),
        _by_column([one.of_records(one.read.faults, rows) for one in readings.values()], columns),
    )


def _read(
    distinct: Callable[[Sequence[str]], pl.DataFrame],
    columns: Sequence[MappedColumn],
    fields: Collection[str],
    table_format: TableFormat,
) -> _FieldReading:
    """Read the distinct cells of the columns that are mapped to `fields`."""
    own = [column for column in columns if column.field in fields]
    cells = _cells(columns, fields)
    if cells:
        held = distinct(cells).with_row_index("row")
    else:  # all records hold the same nothing
        held = pl.DataFrame({"row": [0]}, schema={"row": pl.UInt32})
    placed = held.with_columns(line=pl.lit(None, pl.UInt32))
    return _FieldReading(cells, held, read_records(placed, own, table_format))


def _ends_of_ranges(
    readings: Mapping[str, _FieldReading], columns: Sequence[MappedColumn]
) -> dict[str, _FieldReading]:
    """Return what `last_seen` is where the cells of `first_seen` are ranges of time."""
    first, last = (readings[name] for name in MOMENTS)
    own = [column for column in columns if column.field == MOMENTS[0]]
    if last.cells or not first.cells:
        return {}
    cells = first.read.written[MOMENTS[0]]
    if not periods.may_be(cells):
        return {}
    ends = times.read_end(cells, own[0].unit)
    frame = first.read.frame.drop(MOMENTS[0]).with_columns(ends.alias(MOMENTS[1]))
    read = replace(first.read, frame=frame, faults=first.read.faults.clear())
    return {MOMENTS[1]: replace(first, read=read)}


def _cells(columns: Sequence[MappedColumn], fields: Collection[str]) -> tuple[str, ...]:
    """Return the columns of cells that are mapped to `fields`."""
    own = (column for column in columns if column.field in fields)
    return tuple(dict.fromkeys(cell_column(column.position) for column in own))


def _count(
    rows: Rows,
    columns: Sequence[MappedColumn],
    lookups: Mapping[str, Lookup],
    ordered: OrderedCells | None,
    again: pl.Series | None,
) -> pl.DataFrame:
    """Count together the records whose cells name one connection.

    There are few combinations of them. Where Parquet keeps a text once, DuckDB hashes it once, so
    that grouping by texts costs less than looking up first what each record's cells say.
    """
    told_apart = [lookups[name] for name in CONNECTION if name in lookups]
    cells = [
        *(cell for side in SIDES for cell in _cells(columns, _ENDS[side])),
        *(cell for lookup in told_apart if lookup.varies for cell in lookup.cells),
    ]
    needed = (*MEASURES, *(DIRECTION_FIELDS if may_reply(lookups) else ()))
    looked_up = {name: lookups[name] for name in needed}
    return rows.count(list(dict.fromkeys(cells)), looked_up, ordered, again)


def _flow_cells(columns: Sequence[MappedColumn]) -> FlowCells | None:
    """Return what tells which records are of one flow: its id, and an end on either side."""
    first = {column.field: cell_column(column.position) for column in reversed(columns)}
    ends = [first.get(f"{side}_address", first.get(side)) for side in SIDES]
    flow = first.get("flow_id")
    return FlowCells(flow, *ends) if flow and all(ends) else None  # type: ignore[arg-type]


def _ordered_cells(rows: Rows, columns: Sequence[MappedColumn]) -> OrderedCells | None:
    """Return the columns of moments that can be compared without reading each of their cells.

    Reading each distinct text once is quicker where many records share it, and dearer where few do.
    """
    own = [column for column in columns if column.field in MOMENTS]
    cells = {column.field: cell_column(column.position) for column in own}
    if not own or len(cells) < len(own):
        return None
    if rows.digits(list(cells.values())) in times.DIGITS:
        return OrderedCells(cells, are_numbers=True)
    shared = rows.height // _LOOKS
    if all(rows.different(cell) < shared for cell in cells.values()):
        return None
    fits = any(rows.all_match(list(cells.values()), *notation) for notation in times.ORDERED)
    return OrderedCells(cells, are_numbers=False) if fits else None


def _places(connections: pl.DataFrame, moments: pl.Series) -> list[pl.Series]:
    """Return the places of the connections' moments, which are text, among all of them."""
    return [places_in(connections.select(name), name, moments).to_series() for name in MOMENTS]


def _between(rows: Rows, pairs: pl.DataFrame, lookups: Mapping[str, Lookup]) -> pl.DataFrame:
    """Return the `row` of each record between these pairs of ends, in either direction."""
    if pairs.is_empty():
        return pl.DataFrame(schema={"row": pl.UInt32})
    source, target = (lookups[side] for side in SIDES)
    turned = pairs.select(source="target", target="source")
    wanted = (
        pl.concat([pairs, turned])
        .unique()
        .join(source.table, on="source")
        .join(target.table, on="target")
    )
    cells = [*source.cells, *target.cells]
    return rows.find(wanted.select(cells).unique(), cells)


def _blank(
    rows: Rows,
    readings: Mapping[str, _FieldReading],
    endpoints: Mapping[str, Endpoints],
    place: Place,
    table_format: TableFormat,
) -> pl.DataFrame:
    """Decide the outcomes of records that name neither end: they may hold nothing at all."""
    missing = [
        readings[side].distinct.join(endpoints[side].problems.select("row"), on="row", how="semi")
        for side in SIDES
    ]
    wanted = missing[0].drop("row").join(missing[1].drop("row"), how="cross")
    if wanted.is_empty():
        return pl.DataFrame(schema=READING_OUTCOMES)
    records = rows.take(rows.find(wanted, wanted.columns)["row"])
    return decide_outcomes(records, place.table, table_format).drop_nulls("outcome")


def _by_column(faults: Sequence[pl.DataFrame], columns: Sequence[MappedColumn]) -> pl.DataFrame:
    """Return the faults of all records as they are told elsewhere: by record, then by column."""
    order = {column.header: at for at, column in reversed(list(enumerate(columns)))}
    place = pl.col("column").replace_strict(order, default=None, return_dtype=pl.Int64)
    return pl.concat(faults).sort("row", place, maintain_order=True)
