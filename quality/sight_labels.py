"""What is true of public files, as `truth/first_sight.yaml` says it."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

USED, KEPT_BACK = "used", "kept back"

#: Of the batches that are not named here, half is used.
_WHOLE: Final = {1: USED, 3: USED, 4: USED}

_TRUTH: Final = Path(__file__).parent / "truth" / "first_sight.yaml"

Words = frozenset[str]


@dataclass(frozen=True)
class Label:
    """What is true of one file; the head of the labels says what each key means."""

    file: str  # below the folder
    kind: str
    batch: int
    table: bool
    asks: bool
    things: Sequence[str]
    count: int
    beside: int
    types: Mapping[str, Words]
    type: Words | None
    columns: Mapping[str, Words] | None
    fields: Sequence[Words]
    also: Words
    edges: frozenset[tuple[str, str]] | None

    @property
    def half(self) -> str:
        """The half that it belongs to: its batch's, or by a hash of its name."""
        by_hash = USED if hashlib.sha256(self.file.encode()).digest()[0] % 2 else KEPT_BACK
        return _WHOLE.get(self.batch, by_hash)


def read_labels() -> list[Label]:
    """Return the labels in their order."""
    return [_label(row) for row in yaml.safe_load(_TRUTH.read_text("utf-8"))]


def _label(row: Mapping[str, Any]) -> Label:
    repository, _, path = row["at"].partition(" ")
    owner, name = repository.partition("/")[0], path.rpartition("/")[2]
    things = row.get("things", 0)
    named = [] if isinstance(things, int) else things
    edges = row.get("edges")
    columns = row.get("columns")
    return Label(
        file=f"{row['kind']}/{owner}-{name}",
        kind=row["kind"],
        batch=row.get("batch", 1),
        table=row.get("table", True),
        asks=row.get("asks", False),
        things=named,
        count=len(named) or (things if isinstance(things, int) else 0),
        beside=row.get("beside", 0),
        types={name: _words(words) for name, words in row.get("types", {}).items()},
        type=_words(row["type"]) if "type" in row else None,
        columns=None if columns is None else {name: _words(text) for name, text in columns.items()},
        fields=[_words(text) for text in row.get("fields", [])],
        also=frozenset(row.get("also", [])),
        edges=None if edges is None else frozenset((a.casefold(), b.casefold()) for a, b in edges),
    )


def _words(text: str) -> Words:
    return frozenset(text.split("/"))
