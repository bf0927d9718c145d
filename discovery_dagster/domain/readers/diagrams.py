"""Diagrams as text: elements with captions, and arrows between them, as a graph.

What the words of notations mean is data in `reference/diagrams.yaml`; how each notation is written
is its reader's matter.
"""

import re
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from discovery_dagster import reference
from discovery_dagster.domain.file_limits import Limits, check_limit
from discovery_dagster.domain.readers.graph_tables import (
    RELATION,
    SOURCE,
    TARGET,
    UNDIRECTED,
    Element,
    graph_reading,
)
from discovery_dagster.domain.source_tables import FileReading
from discovery_dagster.domain.words import fold

RUNS_ON: Final = "runs on"
_BREAKS: Final = re.compile(r"\\n|<br\s*/?>|</?div\b[^<>]*>|\n", re.IGNORECASE)
_MARKUP: Final = re.compile(r"<[^<>]*+>|^[=*_~]++|(?<![*_~])[*_~]++$")
#: Where an element listens, behind its name: `Kafka :9092`, `Webhooks 0.0.0.0:5080`.
_LISTENING: Final = re.compile(r"(?<=\S)\s(?:\d{1,3}(?:\.\d{1,3}){3})?:\d{2,5}$")
_IN_BRACKETS: Final = re.compile(r"^\[([^:\]]*+)(?::\s*+([^\]]*+))?\]$")


@dataclass(frozen=True)
class Caption:
    """What an element says of itself."""

    name: str
    kind: str | None = None
    technology: str | None = None
    description: str | None = None


def read_caption(text: str) -> Caption:
    """Part a caption: its first line is the name, `[Container: Java]` says kind and technology.

    Where it listens is no part of the name, since other diagrams leave it out.
    """
    lines = [_MARKUP.sub("", line).strip() for line in _BREAKS.split(text.strip().strip('"'))]
    name, *others = [line for line in lines if line] or [""]
    if listening := _LISTENING.search(name):
        name, others = name[: listening.start()], [listening[0].strip(), *others]
    kind = technology = None
    described = []
    for line in others:
        bracketed = _IN_BRACKETS.match(line)
        if bracketed and kind is None:
            kind, technology = bracketed[1].strip(), (bracketed[2] or "").strip() or None
        else:
            described.append(line)
    if kind is not None and fold(kind) == "component":
        kind = "c4 component"
    return Caption(name, kind, technology, " ".join(described) or None)


@dataclass
class Drawing:
    """What was read of a diagram so far."""

    elements: dict[str, Element] = field(default_factory=dict)
    arrows: list[Element] = field(default_factory=list)

    def add(self, line: int, key: str, caption: Caption, around: str | None = None) -> None:
        """Add an element under the key by which arrows name it; what is said first stays."""
        cells = {
            "id": key,
            "label": caption.name or key,
            "type": _type_of(caption),
            "technology": caption.technology,
            "description": caption.description,
            "scope": around,
        }
        known = self.elements.get(key)
        if known is not None:
            named = known.cells["label"] != key
            filled = {name: text for name, text in known.cells.items() if text is not None}
            cells |= filled if named else {**filled, "label": cells["label"]}
        self.elements[key] = Element(known.line if known else line, cells)

    def name(self, line: int, key: str, around: str | None = None) -> None:
        """Add what an arrow names and nothing else says, under its key."""
        if key not in self.elements:
            self.add(line, key, Caption(key), around)

    def connect(
        self, line: int, source: str, target: str, text: str | None, relation: str | None = None
    ) -> None:
        """Add an arrow."""
        cells = {SOURCE: source, TARGET: target, "description": text or None}
        self.arrows.append(
            Element(line, cells if relation is None else {**cells, RELATION: relation})
        )

    def undirected(self, line: int, one: str, other: str, text: str | None) -> None:
        """Add a line between two elements that has no head, or two."""
        self.connect(line, one, other, text, UNDIRECTED)

    def reading(self, name: str, encoding: str, limits: Limits) -> FileReading:
        """Return the graph that it is.

        Raises:
            UnreadableFileError: `not_a_table` for a diagram without either, `limit_exceeded`.
        """
        check_limit(name, "edges", len(self.arrows), limits.graph_edges)
        return graph_reading(
            "graph", name, encoding, list(self.elements.values()), self.arrows, limits
        )


def _type_of(caption: Caption) -> str | None:
    if fold(caption.name) in _people():
        return "person"
    return None if caption.kind is None else _kinds().get(fold(caption.kind))


@cache
def _people() -> frozenset[str]:
    return frozenset(map(fold, reference.load("diagrams")["people"]))


@cache
def _kinds() -> dict[str, str]:
    kinds = reference.load("diagrams")["kinds"]
    return {fold(word): kind for kind, words in kinds.items() for word in words}
