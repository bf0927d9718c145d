"""Which canonical field each source column is: what headers claim, borne out by the values.

Only a whole header that is known decides anything. Where two columns claim one field, or the
values say otherwise, nothing is picked silently: the conflict stands in the mapping.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

import polars as pl

from discovery_dagster.domain.decisions.grains import GrainDecision
from discovery_dagster.domain.decisions.mapping import MappingDecision
from discovery_dagster.domain.fields import FIELDS, IGNORED, UNMAPPED
from discovery_dagster.domain.formats.base import Kind, TableFormat
from discovery_dagster.domain.grain import BY_PERSON, TableGrain
from discovery_dagster.domain.grain import columns as grain_columns
from discovery_dagster.domain.grain.deciding import decide as decide_grain
from discovery_dagster.domain.grain.deciding import read_as
from discovery_dagster.domain.headers.affixes import plain_headers
from discovery_dagster.domain.mapping.amounts import (
    are_equal_amounts,
    find_unit,
    part_sockets,
    refuse_shares,
)
from discovery_dagster.domain.mapping.claims import (
    ACCEPTED,
    BY_HEADER,
    OF_THINGS,
    OWN_NAMES,
    PROPOSED,
    REJECTED,
    Claim,
    Column,
    claim_columns,
)
from discovery_dagster.domain.mapping.deciding import PERSON, accepted_fields, decide
from discovery_dagster.domain.mapping.ends import refuse_constant_ends
from discovery_dagster.domain.mapping.evidence import (
    claim_by_values,
    read_full_versions,
    refuse_software,
    refuse_weak_relation,
    weigh,
)
from discovery_dagster.domain.mapping.instead import read_instead
from discovery_dagster.domain.mapping.listed_things import read_lists
from discovery_dagster.domain.mapping.only_addresses import accept_only_addresses
from discovery_dagster.domain.mapping.own_hosts import name_own_hosts
from discovery_dagster.domain.mapping.rival_names import part_addresses, resolve_rival_names
from discovery_dagster.domain.mapping.unknown_names import propose_names
from discovery_dagster.domain.source_tables import READ, SourceTable, cell_column
from discovery_dagster.domain.tables import FIELD_MAPPING
from discovery_dagster.domain.tables.words import MappingMethod
from discovery_dagster.domain.values import TRANSFORMS, clean
from discovery_dagster.domain.values.secret_records import hide_by_records
from discovery_dagster.domain.values.secrets import hide_cells

_SHOWN = 3  # values of a column that stand in its mapping
#: Fields of which a record may have several columns, of which its words say which holds.
_TOGETHER = frozenset({"record_kind", "status"})
_DISTINCT = 0.8  # below this share of the names' distinctness host names are another thing's


def map_table(
    number: int,
    table: SourceTable,
    table_format: TableFormat,
    decisions: Sequence[MappingDecision] = (),
) -> pl.DataFrame:
    """Say of each column of `table` what it is; see `understand_table`."""
    return understand_table(number, table, table_format, decisions)[0]


def understand_table(
    number: int,
    table: SourceTable,
    table_format: TableFormat,
    decisions: Sequence[MappingDecision] = (),
    grains: Sequence[GrainDecision] = (),
) -> tuple[pl.DataFrame, TableGrain]:
    """Say what the records of `table` are, and of each of its columns what it is.

    Args:
        number: of the table within the session.
        table: as its reader gave it.
        table_format: as it was recognised.
        decisions: of the client; they outrank what headers and values say.
        grains: likewise, about what records are.

    Returns:
        One row per column, as `tables.FIELD_MAPPING`; and the grain.
    """
    records = hide_by_records(table.records.filter(pl.col("outcome") == READ), table.header)
    plain = plain_headers(table.header) if table_format.synonyms else table.header
    columns = [
        Column(at, header, clean(records[cell_column(at)], table_format.null_words), plain[at])
        for at, header in enumerate(table.header)
    ]
    own = [decision for decision in decisions if decision.format == table_format.name]
    accepted = accepted_fields(columns, own)
    grain = decide_grain(
        table_format,
        [
            grain_columns.Column(c.position, c.header, c.cells, accepted.get(c.position), c.plain)
            for c in columns
        ],
        grains,
        accepted.values(),
    )
    claims = _claims(columns, read_as(table_format, grain), grain, own)
    return _frame(number, table, _resolve_conflicts(claims)), grain


def _claims(
    columns: Sequence[Column],
    table_format: TableFormat,
    grain: TableGrain,
    decisions: Sequence[MappingDecision],
) -> list[Claim]:
    """What each column of a table is that is read as `table_format`, before rivals are resolved."""
    claims = claim_columns(columns, table_format, grain)
    if Kind.ASSETS in table_format.kinds and table_format.synonyms:
        claims = read_lists(claims)
        if not table_format.asset_type:
            claims = name_own_hosts(claims)
    claims = [refuse_software(weigh(claim)) for claim in claims]
    if table_format.phrases is None and not table_format.taught:
        claims = [refuse_weak_relation(claim) for claim in claims]
    of_things = bool(OF_THINGS & table_format.kinds)
    if of_things and table_format.synonyms:
        claims = part_addresses(claims)
        claims = read_full_versions([claim_by_values(claim) for claim in claims])
        claims = accept_only_addresses(claims)
        claims = read_instead(claims)
    if table_format.kind is Kind.FLOWS and table_format.fit is not None:
        claims = refuse_constant_ends(claims, listed=table_format.local)
    if grain.method == BY_PERSON and grain.name is not None:
        claims = [_name_by_person(claim, grain) for claim in claims]
    claims = [find_unit(claim) for claim in decide(claims, decisions)]
    claims = _refuse_repeated_hosts(part_sockets(refuse_shares(claims)))
    if Kind.ASSETS in table_format.kinds or Kind.DETAILS in table_format.kinds:
        claims = propose_names(claims) if table_format.synonyms else claims
    return [_propose_name(claim, grain) for claim in claims] if grain.waits else claims


def _name_by_person(claim: Claim, grain: TableGrain) -> Claim:
    """Let the column name the records of which a person said so with the grain, and no other."""
    if claim.column.position == grain.name:
        notes = (grain.reason,)
        return replace(
            claim, field="name", confidence=1.0, method=PERSON, status=ACCEPTED, notes=notes
        )
    if claim.field == "name":
        return replace(claim, status=REJECTED, notes=("a person said that another column does",))
    return claim


def _propose_name(claim: Claim, grain: TableGrain) -> Claim:
    """Propose the column as the name of the records that seems to be it, in a table that waits."""
    if claim.column.position != grain.name or claim.field != UNMAPPED:
        return claim
    return replace(
        claim,
        field="name",
        confidence=grain.confidence,
        method=MappingMethod.VALUES,
        status=PROPOSED,
        notes=("its values look like names of machines",),
    )


def _refuse_repeated_hosts(claims: list[Claim]) -> list[Claim]:
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
        if claim.field in {"hostname", "fqdn"} and claim.method in BY_HEADER and repeats(claim)
        else claim
        for claim in claims
    ]


def _resolve_conflicts(claims: list[Claim]) -> list[Claim]:
    """Let the strongest claim to a single value win; equal ones are all only proposed."""
    rivals: dict[str, list[Claim]] = {}
    for claim in claims:
        if claim.status == ACCEPTED and claim.field in FIELDS and not FIELDS[claim.field].many:
            rivals.setdefault(claim.field, []).append(claim)
    resolved = {
        claim.column.position: claim
        for field, group in rivals.items()
        if field not in _TOGETHER and len(group) > 1
        for claim in _resolve_rivals(group, rivals.keys())
    }
    return [resolved.get(claim.column.position, claim) for claim in claims]


def _resolve_rivals(group: Sequence[Claim], taken: Collection[str]) -> Iterable[Claim]:
    by_person = [claim for claim in group if claim.method == PERSON]
    by_format = by_person or [claim for claim in group if claim.method == MappingMethod.FORMAT]
    orders = [claim.order for claim in by_format]
    best = max(claim.confidence for claim in group)
    winners = by_format or [claim for claim in group if claim.confidence == best]
    # The format says which of its own columns comes first, so those are no rivals of each other.
    decided = len(winners) == 1 or (bool(by_format) and len(set(orders)) == len(orders))
    if not decided and are_equal_amounts(winners):
        winners, decided = winners[:1], True  # they say the same, such as one amount in two units
    if not decided and group[0].field in OWN_NAMES:
        yield from resolve_rival_names(winners, taken)
        group, decided = [claim for claim in group if claim not in winners], True
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
            "evidence": [*claim.notes, *_shown(claim.column)][:_SHOWN],
            "conflict": claim.conflict,
        }
        for claim in claims
    ]
    return pl.DataFrame(rows, schema=dict(FIELD_MAPPING))


def _shown(column: Column) -> list[str]:
    return hide_cells(column.sample().head(_SHOWN), column.header).to_list()


def _transform(claim: Claim) -> str | None:
    return None if claim.field in {IGNORED, UNMAPPED} else TRANSFORMS[FIELDS[claim.field].kind]
