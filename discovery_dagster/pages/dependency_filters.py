"""Filters of the page of dependencies, which its drawing and its table share."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from discovery_dagster.pages import words

#: How far one can look; more would be a hairball.
DEPTHS: Sequence[int] = (1, 2, 3)

_EVIDENCE: Sequence[tuple[str, str]] = (
    ("", "any"),
    ("confirmed", "declared and observed"),
    ("declared_only", "declared only"),
    ("observed_only", "observed only"),
    ("inferred_only", "inferred only"),
)


_WHY: Sequence[tuple[str, str]] = (("", "any"), *words.END_WORDS.items())


class Asked(Protocol):
    """What the URL asks for."""

    @property
    def status(self) -> str | None:
        """Evidence."""

    @property
    def why(self) -> str | None:
        """Why an end is no asset."""

    @property
    def relation(self) -> str | None:
        """Relation."""

    @property
    def environment(self) -> str | None:
        """Environment of what is around the middle."""

    @property
    def resolved(self) -> str | None:
        """Whether both ends are assets."""

    @property
    def depth(self) -> int:
        """How many steps are looked at."""

    @property
    def has_focus(self) -> bool:
        """Whether there is something in the middle."""


@dataclass(frozen=True)
class Choice:
    """A select of the form."""

    name: str
    label: str
    options: Sequence[tuple[str, str]]
    value: str


def choices(around: Asked, environments: Sequence[str]) -> list[Choice]:
    """Return the selects of the form, with what is chosen."""
    chosen = [
        Choice("status", "Evidence", _EVIDENCE, around.status or ""),
        Choice("why", "Endpoints that are not assets", _WHY, around.why or ""),
        Choice(
            "relation",
            "Relation",
            [("", "any"), *((name, words.in_words(name)) for name in words.RELATION_WORDS)],
            around.relation or "",
        ),
    ]
    if around.has_focus:
        chosen.append(_environments(around, environments))
        steps = [(str(depth), f"{depth} step" + "s" * (depth > 1)) for depth in DEPTHS]
        return [*chosen, Choice("depth", "How far", steps, str(around.depth))]
    ends = [("", "any"), ("true", "both are assets"), ("false", "one is no asset")]
    return [*chosen, Choice("resolved", "Ends", ends, around.resolved or "")]


def _environments(around: Asked, known: Sequence[str]) -> Choice:
    names = sorted({*known, *([around.environment] if around.environment else [])})
    options = [("", "any"), *((name, words.in_words(name)) for name in names)]
    return Choice("environment", "Environment", options, around.environment or "")
