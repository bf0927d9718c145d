"""Pairs of a name and a value in the text of JSON: settings of containers, parameters, tags.

    [{"name": "DB_HOST", "value": "ledger-db"}, {"Key": "owner", "Value": "ann"}]
    {"DB_PASSWORD": {"value": "…"}, "tokens": ["…", "…"]}

Which keys hold the two is data (`pairs` in `reference/secrets.yaml`). The text is walked through
once, piece by piece, since cells are often cut off or only written like JSON.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from discovery_dagster import reference
from discovery_dagster.domain.words import fold

# A string that nothing closes ends with the text, so that none is looked at twice.
_PIECE: Final = re.compile(
    r""""(?:[^"\\]|\\.?)*(?:"|\Z)|'(?:[^'\\]|\\.?)*(?:'|\Z)|[{}\[\],:]|[^\s{}\[\],:"']+""",
    re.DOTALL,
)
_CLOSING: Final = {"}": "{", "]": "["}


@dataclass(frozen=True)
class Value:
    """A value of a text: where it stands, and the piece that it is, None for a list or object."""

    start: int
    end: int
    piece: str | None

    @property
    def text(self) -> str:
        """The scalar without its quotes."""
        return (self.piece or "").strip("\"'")


@dataclass(frozen=True)
class Pair:
    """A value, the name by which it goes, and where the object of both stands."""

    name: str
    value: Value
    start: int
    end: int


@dataclass
class _Opened:
    """A list or object whose end has not been reached."""

    bracket: str
    start: int
    called: str | None  # the key that it stands under
    key: str | None = None  # of the value that comes next
    names: list[str] = field(default_factory=list)
    values: list[Value] = field(default_factory=list)


def pairs_in(text: str) -> Iterator[Pair]:
    """Give the pairs of `text`, in the order in which their objects end."""
    opened: list[_Opened] = []
    last: Value | None = None  # a scalar that may still be a key
    for match in _PIECE.finditer(text):
        piece = match[0]
        if piece == ":":
            if opened and last is not None:
                opened[-1].key = last.text
            last = None
        elif piece in {",", "}", "]"}:
            if last is not None and opened:
                _take(opened[-1], last)
            last = None
            if piece != "," and opened and opened[-1].bracket == _CLOSING[piece]:
                yield from _close(opened, match.end())
        elif piece in {"{", "["}:
            opened.append(_Opened(piece, match.start(), opened[-1].key if opened else None))
            last = None
        else:
            last = Value(match.start(), match.end(), piece)


def as_settings(text: str) -> str:
    """Return `text` with each pair of scalars as a line, `DB_HOST=ledger-db`."""
    if "{" not in text:
        return text
    parts, at = [], 0
    for pair in sorted(pairs_in(text), key=lambda pair: pair.start):
        if pair.start >= at and text.startswith("{", pair.start) and pair.value.piece is not None:
            parts += [text[at : pair.start], f"\n{pair.name}={pair.value.text}\n"]
            at = pair.end
    return "".join([*parts, text[at:]])


def _take(holder: _Opened, value: Value) -> None:
    """Note `value` where its key says that it is a name or a value."""
    key, holder.key = holder.key, None
    if key is None:
        if holder.bracket == "[" and value.piece is not None:
            holder.values.append(value)
        return
    if value.piece is not None and is_name_key(key):
        holder.names.append(value.text)
    elif is_value_key(key):
        holder.values.append(value)


def _close(opened: list[_Opened], end: int) -> Iterator[Pair]:
    closed = opened.pop()
    for name in closed.names or filter(None, [closed.called]):
        for value in closed.values:
            yield Pair(name, value, closed.start, end)
    if opened:
        _take(opened[-1], Value(closed.start, end, None))


def is_name_key(key: str) -> bool:
    """Whether `key` holds the name of a pair."""
    return fold(key) in _keys("names")


def is_value_key(key: str) -> bool:
    """Whether `key` holds the value of a pair."""
    return fold(key) in _keys("values")


@cache
def _keys(part: str) -> frozenset[str]:
    return frozenset(map(fold, reference.load("secrets")["pairs"][part]))
