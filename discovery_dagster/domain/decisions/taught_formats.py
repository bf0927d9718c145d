"""Which formats people taught, as texts; what the texts say is the matter of `teaching`.

A decision holds for each session of its client.
"""

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class FormatDecision:
    """A format was taught, or taken back; the last about a name holds."""

    decision: int
    format: str
    text: str | None  # as `teaching.reading` writes it; None: what was taught holds no more
    author: str
    reason: str
    at: datetime


def in_force(decisions: Iterable[FormatDecision]) -> list[FormatDecision]:
    """Return the last decision about each format, unless it was taken back."""
    last = {decision.format: decision for decision in decisions}
    return [decision for decision in last.values() if decision.text is not None]


def digest(numbers: Collection[int]) -> str | None:
    """Return a digest of the decisions of these numbers, None for none."""
    if not numbers:
        return None
    # What a decision says is never changed.
    return hashlib.sha256("\n".join(map(str, sorted(numbers))).encode()).hexdigest()
