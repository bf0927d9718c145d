"""Which canonical field each source column is: what headers claim, borne out by the values.

Only a whole header that is known decides anything. Where two columns claim one field, or the
values say otherwise, nothing is picked silently: the conflict stands in the mapping.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

import polars as pl

from discovery_dagster import reference
from discovery_dagster.domain import synonyms
from discovery_dagster.domain.claims import Claim, Column, claim_columns
from discovery_dagster.domain.decisions import PERSON, MappingDecision, decide
from discovery_dagster.domain.fields import FIELDS, IGNORED, UNMAPPED
from discovery_dagster.domain.formats.base import TableFormat
from discovery_dagster.domain.frames import FIELD_MAPPING
from discovery_dagster.domain.tables import READ, SourceTable, cell_column
from discovery_dagster.domain.values import TRANSFORMS, clean, read_cells
from discovery_dagster.domain.values.quantities import read_numbers
from discovery_dagster.domain.words import replace_words

ACCEPTED: Final = "accepted"
PROPOSED: Final = "proposed"
REJECTED: Final = "rejected"

_SAMPLE = 1_000  # distinct values a column that are looked at
_FITTING = 0.5  # least share of values that must be of the field's kind
_PLAUSIBLE = 0.95  # least share of bare numbers that must lie in the range of a unit
_DISTINCT = 0.8  # below this share of the names' distinctness host names are another thing's


def map_table(
    number: int,
    table: SourceTable,
    table_format: TableFormat,
    decisions: Sequence[MappingDecision] = (),
) -> pl.DataFrame:
    """Say of each column of `table` what it is.

    Args:
        number: of the table within the session.
        table: as its reader gave it.
        table_format: as it was recognised.
        decisions: of the client; they outrank what headers and values say.

    Returns:
        One row a column, as `frames.FIELD_MAPPING`.
    """
    records = table.records.filter(pl.col("outcome") == READ)
    columns = [
        Column(at, header, clean(records[cell_column(at)], table_format.null_words))
        for at, header in enumerate(table.header)
    ]
    claims = [_weigh(claim) for claim in claim_columns(columns, table_format)]
    claims = [_find_unit(claim) for claim in decide(claims, decisions, table_format.name)]
    claims = _settle_conflicts(_doubt_repeated_hosts(claims))
    if table_format.synonyms:
        claims = [_propose_by_values(claim) for claim in claims]
    return _frame(number, table, claims)


def _weigh(claim: Claim) -> Claim:
    """Lower the confidence of a synonym whose values are not what it says, or refuse it."""
    if claim.method != "synonym":
        return claim
    sample = _sample(claim.column)
    if sample.is_empty():
        return replace(claim, confidence=round(claim.confidence / 2, 2))
    if claim.field == "declared_type":
        known = replace_words(sample, synonyms.type_words())
        share = float(known.is_not_null().sum()) / len(sample)
        return replace(claim, confidence=round(claim.confidence * (0.9 + 0.1 * share), 3))
    if FIELDS[claim.field].kind in {"memory", "storage"} and claim.unit is None:
        claim = _unit_by_values(claim, sample)
    faults = read_cells(FIELDS[claim.field].kind, sample, claim.unit).faults
    share = 1 - float(faults.sum()) / len(sample)
    if claim.status != ACCEPTED:
        return claim
    status = ACCEPTED if share >= _FITTING else REJECTED
    return replace(claim, confidence=round(claim.confidence * share, 3), status=status)


def _find_unit(claim: Claim) -> Claim:
    """Find the unit of an amount that a person accepted; which field it is stays decided."""
    if claim.method != PERSON or claim.status != ACCEPTED or claim.unit is not None:
        return claim
    if claim.field not in FIELDS or FIELDS[claim.field].kind not in {"memory", "storage"}:
        return claim
    found = _unit_by_values(claim, _sample(claim.column))
    return replace(claim, unit=found.unit, notes=(*claim.notes, *found.notes))


def _unit_by_values(claim: Claim, sample: pl.Series) -> Claim:
    """Find the unit of bare numbers whose header has none, or leave the column a proposal."""
    bare = read_numbers(sample).drop_nulls()
    if bare.is_empty():
        return claim  # the cells carry their units themselves
    ranges = reference.load("units")["plausible"][FIELDS[claim.field].kind]
    for unit, (least, most) in ranges.items():
        if float(bare.is_between(least, most).sum()) >= _PLAUSIBLE * len(bare):
            note = f"no unit in the header; the values are plausible in {unit} only"
            return replace(claim, unit=unit, method="values", confidence=0.8, notes=(note,))
    note = "no unit in the header, and the values do not tell it"
    return replace(claim, status=PROPOSED, confidence=0.5, notes=(note,))


def _doubt_repeated_hosts(claims: list[Claim]) -> list[Claim]:
    """Refuse host names that repeat beside names that do not: they are hosts of the things."""
    names = [
        claim.column.distinctness
        for claim in claims
        if claim.field == "name" and claim.status == ACCEPTED
    ]
    least = _DISTINCT * max(names, default=0.0)

    def repeats(claim: Claim) -> bool:
        cells = claim.column.cells.drop_nulls()
        return cells.n_unique() < least * len(cells)

    return [
        replace(claim, status=REJECTED, notes=("the values repeat from record to record",))
        if claim.field in {"hostname", "fqdn"} and claim.method == "synonym" and repeats(claim)
        else claim
        for claim in claims
    ]


def _settle_conflicts(claims: list[Claim]) -> list[Claim]:
    """Let the strongest claim to a single value win; equal ones are all only proposed."""
    rivals: dict[str, list[Claim]] = {}
    for claim in claims:
        if claim.status == ACCEPTED and claim.field in FIELDS and not FIELDS[claim.field].many:
            rivals.setdefault(claim.field, []).append(claim)
    settled = {
        claim.column.position: claim
        for field, group in rivals.items()
        if field != "record_kind" and len(group) > 1
        for claim in _settle(group)
    }
    return [settled.get(claim.column.position, claim) for claim in claims]


def _settle(group: Sequence[Claim]) -> Iterable[Claim]:
    by_person = [claim for claim in group if claim.method == PERSON]
    by_format = by_person or [claim for claim in group if claim.method == "format"]
    orders = [claim.order for claim in by_format]
    best = max(claim.confidence for claim in group)
    winners = by_format or [claim for claim in group if claim.confidence == best]
    # The format says which of its own columns comes first, so those are no rivals of each other.
    decided = len(winners) == 1 or (bool(by_format) and len(set(orders)) == len(orders))
    for claim in group:
        others = [other for other in group if other is not claim]
        if claim in winners and decided:
            others = [other for other in others if other not in winners]
            status = ACCEPTED
        else:
            status = REJECTED if decided else PROPOSED
        yield replace(
            claim,
            status=status,
            conflict=", ".join(other.column.header for other in others) or None,
        )


def _propose_by_values(claim: Claim) -> Claim:
    """Propose a field for a column that claims none but holds nothing but addresses."""
    if claim.field != UNMAPPED or claim.method is not None:
        return claim
    sample = _sample(claim.column)
    if sample.is_empty() or bool(read_cells("addresses", sample).faults.any()):
        return claim
    return replace(claim, field="ip_addresses", confidence=0.6, method="values", status=PROPOSED)


def _sample(column: Column) -> pl.Series:
    return column.cells.drop_nulls().unique(maintain_order=True).head(_SAMPLE)


def _frame(number: int, table: SourceTable, claims: Sequence[Claim]) -> pl.DataFrame:
    rows = [
        {
            "table": number,
            "file": table.file,
            "sheet": table.sheet,
            "column": claim.column.header,
            "position": claim.column.position,
            "field": claim.field,
            "unit": claim.unit,
            "transform": _transform(claim),
            "confidence": claim.confidence,
            "method": claim.method,
            "status": claim.status,
            "evidence": [*claim.notes, *_sample(claim.column).head(3).to_list()][:3],
            "conflict": claim.conflict,
        }
        for claim in claims
    ]
    return pl.DataFrame(rows, schema=dict(FIELD_MAPPING))


def _transform(claim: Claim) -> str | None:
    return None if claim.field in {IGNORED, UNMAPPED} else TRANSFORMS[FIELDS[claim.field].kind]
