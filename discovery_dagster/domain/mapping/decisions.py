"""What people decided about columns, and what it does to the claims of headers.

A decision holds for every column of the same folded header in tables of the same format, in each
session of its client. Where decisions are kept is the store's matter.
"""

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from discovery_dagster.domain.fields import FIELDS
from discovery_dagster.domain.mapping.claims import ACCEPTED, REJECTED, Claim, Column
from discovery_dagster.domain.tables.words import MappingMethod
from discovery_dagster.domain.words import fold

PERSON: Final = MappingMethod.PERSON


@dataclass(frozen=True)
class MappingDecision:
    """One column is, or is not, one field; of several about one column the last accepted holds."""

    format: str
    header: str  # folded
    column: str  # as written where it was decided
    field: str
    accepted: bool
    author: str
    at: datetime


def concerning(
    decisions: Iterable[MappingDecision], columns: Collection[str]
) -> list[MappingDecision]:
    """Return the decisions about columns of these names."""
    headers = {fold(column) for column in columns}
    return [decision for decision in decisions if decision.header in headers]


def digest(decisions: Sequence[MappingDecision]) -> str | None:
    """Return a digest of what was decided, None when nothing was."""
    if not decisions:
        return None
    lines = (f"{d.format}\n{d.header}\n{d.field}\n{d.accepted}" for d in decisions)
    return hashlib.sha256("\n\n".join(lines).encode()).hexdigest()


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
