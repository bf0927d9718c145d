"""What people decided about columns.

A decision holds for every column of the same folded header in tables of the same format, in each
session of its client. What it does to the claims of headers is in `mapping.deciding`.
"""

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from discovery_dagster.domain.words import fold


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
    origin: str = ""


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
