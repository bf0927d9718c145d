"""Which taught formats hold, and what a session is made from of them."""

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from discovery_dagster.domain.teaching import TaughtFormat
from discovery_dagster.domain.teaching.reading import read_format
from discovery_dagster.domain.teaching.recognising import told_by


@dataclass(frozen=True)
class FormatDecision:
    """A format was taught, or taken back; the last about a name holds."""

    decision: int
    format: str
    text: str | None  # as `reading.write_format` gives it; None: what was taught holds no more
    author: str
    reason: str
    at: datetime

    def taught(self) -> TaughtFormat:
        """Return what was taught.

        Raises:
            FormatError: when the text is no format for this version of Discovery.
            ValueError: when nothing was taught.
        """
        if self.text is None:
            raise ValueError(f"{self.format} was taken back.")
        return TaughtFormat(
            self.decision, read_format(self.text), self.author, self.reason, self.at
        )


def in_force(decisions: Iterable[FormatDecision]) -> list[FormatDecision]:
    """Return the last decision about each format, unless it was taken back."""
    last = {decision.format: decision for decision in decisions}
    return [decision for decision in last.values() if decision.text is not None]


def concerning(
    taught: Iterable[TaughtFormat], headers: Collection[Sequence[str]]
) -> list[TaughtFormat]:
    """Return the formats that tables with one of `headers` may be of."""
    return [each for each in taught if any(told_by(each.declared, header) for header in headers)]


def digest(taught: Sequence[TaughtFormat]) -> str | None:
    """Return a digest of what was taught, None when nothing was."""
    if not taught:
        return None
    numbers = sorted(each.decision for each in taught)  # what a decision says is never changed
    return hashlib.sha256("\n".join(map(str, numbers)).encode()).hexdigest()
