"""Graphs in Graphviz' DOT language, as infrastructure tools draw them (Terraform, Skaffold, Istio).

Source: the DOT language's grammar in the Graphviz documentation. A label names a node where it has
one; what stands in a subgraph belongs to the graph. Ports of nodes (`a:p1`) are places in a
drawing.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from discovery_dagster.domain.errors import UnreadableFileError
from discovery_dagster.domain.file_limits import Limits, check_limit, limit_exceeded
from discovery_dagster.domain.readers.graph_tables import (
    RELATION,
    SOURCE,
    TARGET,
    UNDIRECTED,
    Element,
    graph_reading,
)
from discovery_dagster.domain.source_tables import FileReading

#: What may stand before the graph: comments, and the lines of PlantUML, which can hold one.
_BEFORE: Final = (
    r"\A(?:\s|//[^\n]*\n|/\*.*?\*/|#[^\n]*\n|'[^\n]*\n|@start\w[^\n]*\n|skinparam[^\n]*\n)*+"
)
_BEGINS: Final = re.compile(
    rf"(?P<before>{_BEFORE})"
    r"(?:strict\s+)?(?:di)?graph(?:\s+(?:\"[^\"]*\"|[\w.-]+))?\s*\{",
    re.IGNORECASE | re.DOTALL,
)
_TOKEN: Final = re.compile(
    r"""(?P<skip>\s+|//[^\n]*|/\*.*?(?:\*/|\Z)|^\#[^\n]*)
      | (?P<arrow>->|--)
      | (?P<mark>[{}\[\]=;,:+])
      | "(?P<quoted>(?:[^"\\]|\\.)*)"
      | <(?P<html>(?:[^<>]|<[^<>]*>)*)>
      | (?P<plain>-?[^\s{}\[\]=;,:+"<>-]+(?:-(?![->])[^\s{}\[\]=;,:+"<>-]+)*)""",
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)
_DEFAULTS: Final = frozenset({"graph", "node", "edge"})
_TAGS: Final = re.compile(r"<[^<>]*>")
_BREAKS: Final = re.compile(r"\\[nlrG]|<br\s*/?>", re.IGNORECASE)


def is_dot(start: str) -> bool:
    """Whether a text that starts like this is in the DOT language."""
    return _BEGINS.match(start) is not None


def read_dot(text: str, encoding: str, name: str, limits: Limits) -> FileReading:
    """Read the graph in `text`.

    Raises:
        UnreadableFileError: `invalid_graph`, `not_a_table`, `limit_exceeded`.
    """
    begins = _BEGINS.match(text)
    before = begins["before"] if begins else ""
    reading = _Reading(list(_tokens(text, name, len(before))), name, limits)
    reading.read()
    return graph_reading("graph", name, encoding, reading.nodes, reading.edges, limits)


@dataclass(frozen=True)
class _Token:
    line: int
    text: str
    is_mark: bool  # not a name


def _tokens(text: str, name: str, begin: int) -> Iterator[_Token]:
    at, line = begin, 1 + text.count("\n", 0, begin)
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise _invalid(name, line, text[at : at + 20].split("\n")[0])
        kind = match.lastgroup or ""
        if kind != "skip":
            yield _Token(line, match[kind], kind in {"arrow", "mark"})
        line += match[0].count("\n")
        at = match.end()


def _invalid(name: str, line: int, text: str) -> UnreadableFileError:
    return UnreadableFileError(
        "invalid_graph", f"{name} is no valid DOT (line {line}): {text!r} is not expected here."
    )


@dataclass
class _Reading:
    """What was read so far, and what is next."""

    tokens: Sequence[_Token]
    name: str
    limits: Limits
    nodes: list[Element] = field(default_factory=list)
    edges: list[Element] = field(default_factory=list)
    _at: int = 0
    _directed: bool = True

    def read(self) -> None:
        """Read the whole graph."""
        while not self._is("{"):
            word = self._next().text.lower()
            if word in {"graph", "digraph"}:
                self._directed = word == "digraph"
        self._block(1)

    def _block(self, depth: int) -> list[str]:
        """Read what stands in braces; return the names of its nodes."""
        if depth > self.limits.json_depth:
            raise limit_exceeded(self.name, "levels of nesting", self.limits.json_depth)
        self._expect("{")
        inside = list[str]()
        while not self._is("}"):
            if self._is(";", ","):
                self._next()
            else:
                inside.extend(self._statement(depth))
        self._next()
        return list(dict.fromkeys(inside))

    def _statement(self, depth: int) -> list[str]:
        begin = self._peek()
        if not begin.is_mark and begin.text.lower() in _DEFAULTS and self._is("[", ahead=1):
            self._next()
            self._attributes()
            return []
        if not begin.is_mark and self._is("=", ahead=1):  # of the graph itself
            self._at += 3
            return []
        ends = [self._end(depth)]
        while self._is("->", "--"):
            self._next()
            ends.append(self._end(depth))
        attributes = self._attributes()
        if len(ends) == 1 and not _is_block(begin):
            called = ends[0][0]
            self.nodes.append(Element(begin.line, {"id": called, **_as_record(called, attributes)}))
        for sources, targets in pairwise(ends):
            self._connect(begin.line, sources, targets, attributes)
        return [node for end in ends for node in end]

    def _connect(
        self, line: int, sources: list[str], targets: list[str], attributes: dict[str, str | None]
    ) -> None:
        undirected = not self._directed or attributes.get("dir") in {"none", "both"}
        cells = {**attributes, RELATION: UNDIRECTED} if undirected else attributes
        turned = attributes.get("dir") == "back"
        edges = len(self.edges) + len(sources) * len(targets)
        check_limit(self.name, "edges", edges, self.limits.graph_edges)
        for source in sources:
            for target in targets:
                pair = (target, source) if turned else (source, target)
                self.edges.append(Element(line, {SOURCE: pair[0], TARGET: pair[1], **cells}))

    def _end(self, depth: int) -> list[str]:
        """Read a node, or a subgraph, which stands for all its nodes."""
        if self._peek().text.lower() == "subgraph" and not self._peek().is_mark:
            self._next()
            if not self._is("{"):
                self._next()
        if self._is("{"):
            return self._block(depth + 1)
        named = self._next()
        if named.is_mark:
            raise _invalid(self.name, named.line, named.text)
        while self._is(":"):
            self._at += 2
        return [_plain(named.text) or named.text]

    def _attributes(self) -> dict[str, str | None]:
        attributes = dict[str, str | None]()
        while self._is("["):
            self._next()
            while not self._is("]"):
                key = self._next()
                if self._is("="):
                    self._next()
                    attributes[key.text] = _plain(self._next().text) or None
            self._next()
        return attributes

    def _peek(self, ahead: int = 0) -> _Token:
        if self._at + ahead >= len(self.tokens):
            line = self.tokens[-1].line if self.tokens else 1
            raise UnreadableFileError(
                "invalid_graph", f"{self.name} is no valid DOT: it ends in line {line} too early."
            )
        return self.tokens[self._at + ahead]

    def _is(self, *marks: str, ahead: int = 0) -> bool:
        token = self._peek(ahead)
        return token.is_mark and token.text in marks

    def _next(self) -> _Token:
        token = self._peek()
        self._at += 1
        return token

    def _expect(self, mark: str) -> None:
        token = self._next()
        if not token.is_mark or token.text != mark:
            raise _invalid(self.name, token.line, token.text)


def _as_record(called: str, attributes: dict[str, str | None]) -> dict[str, str | None]:
    """Let the first field of a record, `{web | port 80}`, be its label, or the id that is in it."""
    label = attributes.get("label") or ""
    if not label.startswith("{"):
        return attributes
    field = label.strip("{} ").split("|")[0].strip()
    return {**attributes, "label": called if called in re.split(r"[\s:]+", field) else field}


def _is_block(begin: _Token) -> bool:
    return begin.text == "{" if begin.is_mark else begin.text.lower() == "subgraph"


def _plain(text: str) -> str:
    """The first line of a label, without its tags and escapes."""
    first = _BREAKS.split(text)[0] if text.strip() != r"\N" else ""
    return _TAGS.sub("", first).replace('\\"', '"').strip()
