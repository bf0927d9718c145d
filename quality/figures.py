"""What a section measures, and how it is printed."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One number beside the least that is wanted of it."""

    subject: str  # such as a file
    measure: str  # such as `edge precision`
    value: float
    wanted: float  # at least; of a count of faults at most
    detail: str = ""
    fault: bool = False  # whether fewer are better

    @property
    def good(self) -> bool:
        """Whether the number is what is wanted, or better."""
        return self.value <= self.wanted if self.fault else self.value >= self.wanted


@dataclass(frozen=True)
class Comparison:
    """What was found beside what is true; both are sets of the same kind of thing."""

    found: frozenset[object]
    truth: frozenset[object]

    @property
    def precision(self) -> float:
        """Share of what was found that is true; 1 when nothing was found."""
        return len(self.found & self.truth) / len(self.found) if self.found else 1.0

    @property
    def recall(self) -> float:
        """Share of what is true that was found; 1 when nothing is true."""
        return len(self.found & self.truth) / len(self.truth) if self.truth else 1.0


def print_section(title: str, figures: Iterable[Figure]) -> bool:
    """Print a section as a table of Markdown; return whether every figure is good."""
    rows = list(figures)
    print(f"\n## {title}\n\n| subject | measure | value | wanted | |\n|---|---|---:|---:|---|")
    for row in rows:
        missed = "too many" if row.fault else "too low"
        mark = row.detail if row.good else f"**{missed}** {row.detail}"
        value = f"{row.value:.0f}" if row.fault else f"{row.value:.3f}"
        print(f"| {row.subject} | {row.measure} | {value} | {row.wanted:g} | {mark} |")
    return all(row.good for row in rows)
