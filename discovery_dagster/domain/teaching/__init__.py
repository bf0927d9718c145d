"""Formats that people teach without code: declared in YAML, kept for a client.

    format: serverliste          how it is told, what a row is,
    grain: thing                 and what each column means
    header: [RCHN_NM, ARB_SP]
    columns:
      RCHN_NM: name
      ARB_SP: {field: memory_gb, unit: MB}

A taught format is read by the same code as one of Discovery's own. Where formats are kept is the
store's matter.
"""

from dataclasses import dataclass
from datetime import datetime

from discovery_dagster.domain.formats.language import Declaration


@dataclass(frozen=True)
class TaughtFormat:
    """A format that somebody taught, and the number of that decision."""

    decision: int
    declared: Declaration
    author: str
    reason: str  # why it was taught
    at: datetime

    @property
    def name(self) -> str:
        """The name of the format."""
        return self.declared.format

    @property
    def origin(self) -> str:
        """Where what it says comes from, as the mapping shows it."""
        return f"format: {self.name}, taught by {self.author}: {self.reason}"
