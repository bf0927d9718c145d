"""What a row of a table is: decided once for each table, openly, with its evidence.

    Host  | Operating system | Finding            a row is a finding: an observation about a host
    web01 | RHEL 8           | SSH weak ciphers
    web01 | RHEL 8           | OpenSSL update missing

The format of a tool says it of its tables. Of other tables their values do: which columns depend on
which, which tell the records apart, which cannot be names. Words of headers only say what the
values may mean. What stays unclear waits for a person, whose decision holds for the client.
"""

from dataclasses import dataclass
from typing import Final

from discovery_dagster.domain.tables.words import Grain, GrainMethod, GrainStatus, Kind

__all__ = [
    "BY_FORMAT", "BY_PERSON", "BY_VALUES", "DECIDED", "OF_KIND", "WAITING", "Grain", "TableGrain",
]  # fmt: skip


#: The grain of what formats declare.
OF_KIND: Final = {
    Kind.ASSETS: Grain.THING,
    Kind.DETAILS: Grain.DETAIL,
    Kind.OBSERVATIONS: Grain.OBSERVATION,
    Kind.RELATIONS: Grain.RELATION,
    Kind.FLOWS: Grain.FLOW,
    Kind.SPANS: Grain.SPAN,
    Kind.OVERRIDES: Grain.DECISION,
    Kind.CORRECTIONS: Grain.CORRECTION,
    Kind.IGNORED: Grain.NOTHING,
}

#: Whether the grain holds, or the table waits for a person who says so.
DECIDED, WAITING = GrainStatus.DECIDED.value, GrainStatus.WAITING.value

#: What decided it.
BY_FORMAT, BY_VALUES, BY_PERSON = (
    GrainMethod.FORMAT.value, GrainMethod.VALUES.value, GrainMethod.PERSON.value,
)  # fmt: skip


@dataclass(frozen=True)
class TableGrain:
    """What the records of a table are, and why.

    `reason` is one sentence; `evidence` are shorter ones. `name` is the position of the column that
    names the thing, where that is not left to the headers. Of a table that waits, both are
    proposals.
    """

    grain: Grain
    reason: str
    confidence: float = 1.0
    method: str = BY_FORMAT
    status: str = DECIDED
    evidence: tuple[str, ...] = ()
    name: int | None = None
    #: Positions of columns that say something of the observation, not of the thing.
    beside: frozenset[int] = frozenset()

    @property
    def waits(self) -> bool:
        """Whether nothing is read from the table until a person decides."""
        return self.status == WAITING
