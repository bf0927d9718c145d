"""What people decided about what the records of tables are.

A decision holds for every table with the same columns, in any order, in each session of its client.
What it does to a table is in `grain.deciding`.
"""

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from discovery_dagster.domain.tables.words import Grain
from discovery_dagster.domain.words import fold

#: What a person may say that the records of a table of no tool are. Of a tool's own tables a person
#: may only say that they are not to be read.
DECIDABLE: Final = (Grain.THING, Grain.DETAIL, Grain.OBSERVATION, Grain.RELATION, Grain.NOTHING)


@dataclass(frozen=True)
class GrainDecision:
    """What the records of tables with these columns are; the last about the same columns holds."""

    decision: int
    columns: tuple[str, ...]  # as `key_of` gives them
    grain: Grain | None  # None: what was decided before holds no more
    name: str | None  # folded header of the column that names the thing
    file: str  # where it was decided
    sheet: str | None
    author: str
    at: datetime


def key_of(header: Iterable[str]) -> tuple[str, ...]:
    """Return what tells tables of one kind: their folded headers, ordered."""
    return tuple(sorted({fold(column) for column in header}))


def in_force(decisions: Sequence[GrainDecision]) -> list[GrainDecision]:
    """Return the last decision about each kind of table, unless it was taken back."""
    last = {decision.columns: decision for decision in decisions}
    return [decision for decision in last.values() if decision.grain is not None]


def concerning(
    decisions: Iterable[GrainDecision], headers: Collection[Sequence[str]]
) -> list[GrainDecision]:
    """Return the decisions about tables with one of `headers`."""
    keys = {key_of(header) for header in headers}
    return [decision for decision in decisions if decision.columns in keys]


def digest(decisions: Sequence[GrainDecision]) -> str | None:
    """Return a digest of what was decided, None when nothing was."""
    if not decisions:
        return None
    lines = (f"{d.columns}\n{d.grain}\n{d.name}" for d in decisions)
    return hashlib.sha256("\n\n".join(sorted(lines)).encode()).hexdigest()
