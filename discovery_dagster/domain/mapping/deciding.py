"""What decisions of people about columns do to the claims of headers."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from discovery_dagster.domain.decisions.mapping import MappingDecision
from discovery_dagster.domain.fields import FIELDS
from discovery_dagster.domain.mapping.claims import ACCEPTED, REJECTED, Claim, Column
from discovery_dagster.domain.tables.words import MappingMethod

PERSON: Final = MappingMethod.PERSON


def accepted_fields(
    columns: Iterable[Column], decisions: Sequence[MappingDecision]
) -> dict[int, str]:
    """Return the field that people said each column is, by its position."""
    fields = {each.header: each.field for each in decisions if each.accepted}
    return {column.position: fields[column.folded] for column in columns if column.folded in fields}


def decide(claims: list[Claim], decisions: Sequence[MappingDecision]) -> list[Claim]:
    """Let what people decided about columns of the table's format outrank the claims."""
    return [_decide(claim, decisions) for claim in claims] if decisions else claims


def _decide(claim: Claim, decisions: Sequence[MappingDecision]) -> Claim:
    about = [decision for decision in decisions if decision.header == claim.column.folded]
    accepted = [decision for decision in about if decision.accepted]
    if accepted:
        field = accepted[-1].field
        return replace(
            claim,
            field=field,
            unit=claim.unit if _kind(field) == _kind(claim.field) else None,
            confidence=1.0,
            method=PERSON,
            status=ACCEPTED,
            notes=(f"decided by {accepted[-1].author}",),
        )
    if any(decision.field == claim.field for decision in about):
        return replace(claim, method=PERSON, confidence=1.0, status=REJECTED)
    return claim


def _kind(field: str) -> str | None:
    return FIELDS[field].kind if field in FIELDS else None
