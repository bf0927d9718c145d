"""Graphs in GML, the Graph Modelling Language (networkx, yEd, Gephi, igraph, Cytoscape).

Source: Himsolt, "GML: A portable Graph File Format". A file is pairs of a key and a value: a
number, a text in quotes, or a list of such pairs in brackets. Without `directed 1` a graph has no
direction. What else is known of nodes and edges stands inside them, perhaps in lists of its own.
Characters beyond ASCII are written as entities of HTML.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from discovery_dagster.domain.errors import UnreadableFileError
from discovery_dagster.domain.file_limits import Limits, limit_exceeded
from discovery_dagster.domain.readers.graph_tables import (
    RELATION,
    UNDIRECTED,
    Element,
    graph_reading,
)
from discovery_dagster.domain.source_tables import FileReading

_BEGINS: Final = re.compile(
    r"\A(?:\s|#[^\n]*\n|(?:Creator|Version|comment)\s[^\n]*\n)*graph\s*\[", re.IGNORECASE
)
_TOKEN: Final = re.compile(
    r"""(?P<skip>\s+|^\#[^\n]*)
      | (?P<open>\[)
      | (?P<close>\])
      | "(?P<quoted>[^"]*)"
      | (?P<plain>[^\s\[\]"]+)""",
    re.VERBOSE | re.MULTILINE,
)


def is_gml(start: str) -> bool:
    """Whether a text that starts like this is GML."""
    return _BEGINS.match(start) is not None


def read_gml(text: str, encoding: str, name: str, limits: Limits) -> FileReading:
    """Read the graph in `text`.

    Raises:
        UnreadableFileError: `invalid_graph`, `not_a_table`, `limit_exceeded`.
    """
    document = list(_Reader(text, name, limits).pairs(0))
    graph = next(pair.inside for pair in document if pair.key == "graph")
    directed = any(pair.key == "directed" and pair.text == "1" for pair in graph)
    relation = {} if directed else {RELATION: UNDIRECTED}
    nodes = [Element(pair.line, _cells(pair)) for pair in graph if pair.key == "node"]
    edges = [
        Element(pair.line, {**relation, **_cells(pair)}) for pair in graph if pair.key == "edge"
    ]
    return graph_reading("graph", name, encoding, nodes, edges, limits)


@dataclass(frozen=True)
class _Pair:
    """A key, and its text or the pairs in its brackets."""

    line: int
    key: str
    text: str | None
    inside: tuple["_Pair", ...] = ()


def _cells(pair: _Pair, prefix: str = "") -> dict[str, str | None]:
    cells = dict[str, str | None]()
    for each in pair.inside:
        own = {prefix + each.key: each.text} if each.text is not None else {}
        for column, cell in (own or _cells(each, f"{prefix}{each.key}.")).items():
            cells.setdefault(column, cell)
    return cells


class _Reader:
    """Goes through a text token by token, counting lines."""

    def __init__(self, text: str, name: str, limits: Limits) -> None:
        self._name, self._limits = name, limits
        self._tokens = self._read(text)

    def pairs(self, depth: int) -> Iterator[_Pair]:
        """Give the pairs up to the end of the text, or of the brackets at `depth`."""
        if depth > self._limits.json_depth:
            raise limit_exceeded(self._name, "levels of nesting", self._limits.json_depth)
        for line, kind, key in self._tokens:
            if kind == "close" and depth:
                return
            if kind != "plain":
                raise self._invalid(line, key)
            begin, kind, value = next(self._tokens, (line, "end", key))
            if kind == "open":
                yield _Pair(line, key.lower(), None, tuple(self.pairs(depth + 1)))
            elif kind in {"plain", "quoted"}:
                yield _Pair(line, key, html.unescape(value))
            else:
                raise self._invalid(begin, value)
        if depth:
            raise UnreadableFileError(
                "invalid_graph", f"{self._name} is no valid GML: a bracket is not closed."
            )

    def _read(self, text: str) -> Iterator[tuple[int, str, str]]:
        at, line = 0, 1
        while match := _TOKEN.match(text, at):
            kind = match.lastgroup or ""
            if kind != "skip":
                yield line, kind, match[kind]
            line += match[0].count("\n")
            at = match.end()
        if at < len(text):
            raise self._invalid(line, text[at : at + 20].split("\n")[0])

    def _invalid(self, line: int, text: str) -> UnreadableFileError:
        return UnreadableFileError(
            "invalid_graph",
            f"{self._name} is no valid GML (line {line}): {text!r} is not expected here.",
        )
