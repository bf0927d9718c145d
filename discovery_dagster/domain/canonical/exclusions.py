"""Records of flows that are left out before anything is read of them, and why.

A record is asked for no more than what leaves it out, and each column only of the records that the
one before did not settle: combinations of counters and ports are as many as the records.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from discovery_dagster import reference
from discovery_dagster.domain.canonical.accounts import (
    READING_OUTCOMES,
    ExclusionRule,
    Place,
    are_held,
    decide_outcomes,
    exclusion_rules,
)
from discovery_dagster.domain.canonical.rows import Rows
from discovery_dagster.domain.formats.base import Held, TableFormat
from discovery_dagster.domain.source_tables import IGNORED, READ, cell_column
from discovery_dagster.domain.words import fold

_OTHER_EVENT: Final = "It is no record of a flow; the log's records of flows tell of connections."


@dataclass(frozen=True)
class FlowCells:
    """The columns of cells that tell which records are of one flow: its id, and both ends."""

    flow: str
    source: str
    target: str


def exclude(
    rows: Rows, place: Place, table_format: TableFormat, flow: FlowCells | None
) -> tuple[pl.DataFrame, Rows]:
    """Separate the records that are excluded unread from the others.

    Args:
        rows: of the table.
        place: of the table.
        table_format: of the table.
        flow: what tells the records of one flow, if the table has it: where one of them says that
            it was refused, all of them are left out.

    Returns:
        Those left out as `READING_OUTCOMES`, and the others.
    """
    closed, rows = _unread(rows, place, table_format)
    refused = []
    for each in exclusion_rules(place.table, table_format):
        held = _held(rows, each)
        if held.is_empty():
            continue
        if each.of_flow and flow:
            refused.append((each.reason, _flows_of(rows.only(held), flow)))
        excluded, rows = _close(rows, held, each.reason)
        closed.append(excluded)
    for reason, flows in refused:
        excluded, rows = _close(rows, flows, reason)
        closed.append(excluded)
    others = _other_events(rows, place)
    if others is not None:
        excluded, rows = _close(rows, others, _OTHER_EVENT)
        closed.append(excluded)
    return pl.concat([pl.DataFrame(schema=READING_OUTCOMES), *closed]), rows


def _unread(rows: Rows, place: Place, table_format: TableFormat) -> tuple[list[pl.DataFrame], Rows]:
    """Separate the records whose outcome their reader has decided."""
    reading = ["outcome", "reason"]
    held = rows.distinct(reading)
    decided = held.filter(pl.col("outcome") != READ)
    if decided.is_empty():
        return [], rows
    records = rows.take(rows.find(decided, reading)["row"])
    closed = decide_outcomes(records, place.table, table_format)
    return [closed], rows.without(decided)


def _held(rows: Rows, left_out: ExclusionRule) -> pl.DataFrame:
    """Return the combinations of cells that are left out."""
    some, varies = _narrowed(rows, left_out.needed)
    if left_out.some and not varies:
        return pl.DataFrame(schema=dict.fromkeys(left_out.needed, pl.String()))
    columns = list(left_out.needed)
    for saving in left_out.saving:
        saved, _ = _narrowed(some, saving)
        some = some.without(saved.distinct(list(saving)))
        columns += saving
    return some.distinct(columns)


def _narrowed(rows: Rows, needed: Mapping[str, Held]) -> tuple[Rows, bool]:
    """Return the records that hold what is needed, and whether there are others."""
    varies = False
    for column, held in needed.items():
        cells = rows.distinct([column])
        matching = cells.filter(are_held(cells[column], held))
        varies = varies or matching.height < cells.height
        rows = rows.only(matching)
    return rows, varies


def _close(rows: Rows, held: pl.DataFrame, reason: str) -> tuple[pl.DataFrame, Rows]:
    excluded = rows.find(held, held.columns).select(
        pl.col("row").cast(pl.UInt32),
        outcome=pl.lit(IGNORED),
        reason=pl.lit(reason),
        code=pl.lit(None, pl.String),
    )
    return excluded, rows.without(held)


def _flows_of(rows: Rows, flow: FlowCells) -> pl.DataFrame:
    """Return what tells the flows of records, whichever way each record is written."""
    held = rows.distinct([flow.flow, flow.source, flow.target]).drop_nulls(flow.flow)
    ends: Sequence[str] = (flow.source, flow.target)
    turned = held.rename(dict(zip(ends, ends[::-1], strict=True))).select(held.columns)
    return pl.concat([held, turned]).unique()


def _other_events(rows: Rows, place: Place) -> pl.DataFrame | None:
    """Return the kinds of records that are no flows, where a column says that others are."""
    words = reference.load("ends")["events"]
    kinds, flows = ({fold(word) for word in words[name]} for name in ("columns", "flows"))
    for at, header in enumerate(place.table.header):
        if fold(header) in kinds:
            cells = rows.distinct([cell_column(at)]).drop_nulls()
            of_flows = are_held(cells[cell_column(at)], lambda cell: fold(cell) in flows)
            if of_flows.any() and not of_flows.all():
                return cells.filter(~of_flows)
    return None
