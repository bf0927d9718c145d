"""Mermaid: flowcharts, and the diagrams of C4.

    graph TD
        shop[Web shop] -->|orders| db[(Orders)]

Source: Mermaid's documentation of flowcharts and C4 diagrams.
"""

import re
from dataclasses import dataclass, field
from typing import Final

from discovery_dagster.domain.file_limits import Limits
from discovery_dagster.domain.readers.c4 import MACRO, read_macro
from discovery_dagster.domain.readers.diagrams import Caption, Drawing, read_caption
from discovery_dagster.domain.source_tables import FileReading

_BEGINS: Final = re.compile(
    r"\A(?:\s*+---\n.*?\n---[ \t]*+\n)?(?:\s|%%[^\n]*+\n)*+"
    r"(?:(?:graph|flowchart)(?:[ \t]++(?:TB|TD|BT|LR|RL))?[ \t]*+(?:;|\n)|C4[A-Z]\w++[ \t]*+\n)",
    re.DOTALL,
)
_SKIPPED: Final = re.compile(
    r"^(?:%%|style\b|classDef\b|class\b|linkStyle\b|click\b|direction\b|graph\b|flowchart\b"
    r"|accTitle|accDescr|title\b|Update\w+\(|C4[A-Z]\w+$)"
)
_SUBGRAPH: Final = re.compile(
    r'^subgraph\s++(?:(?P<id>[\w.-]++)\s*+)?(?:\[?"?(?P<title>[^"\]]*+)"?\]?)?$'
)
_NODE: Final = re.compile(r"(?P<id>\w(?:[\w.]|-(?![-.>]))*+)")
#: What a node's caption stands between, the longest first; and what is so drawn.
_SHAPES: Final = (
    ("(((", ")))", None), ("([", "])", None), ("[[", "]]", None), ("[(", ")]", "database"),
    ("((", "))", None), ("{{", "}}", None), ("[/", "]", None), ("[\\", "]", None),
    (">", "]", None), ("(", ")", None), ("[", "]", None), ("{", "}", None),
)  # fmt: skip
_LINK: Final = re.compile(
    r"""(?P<left>[<xo](?=[-=]))?
    (?:-{2,}+(?P<h1>>|[xo](?=\s|\|))|-{3,}+|={2,}+(?P<h2>>|[xo](?=\s|\|))|={3,}+
      |-\.++-(?P<h3>>)?|~{3,}+
      |(?:--|==|-\.)\s*+(?P<text>"[^"]*+"\s*+|[^\s>](?:[^-=.]|[-=.](?![-=.]))*+)
       (?:-{2,}+|={2,}+|\.++-)(?P<h4>[>xo])?)
    \s*+(?:\|(?P<label>[^|]*+)\|)?""",
    re.VERBOSE,
)
_CLASS: Final = re.compile(r":::[\w-]+")


def is_mermaid(start: str) -> bool:
    """Whether a text that starts like this is such a diagram."""
    return _BEGINS.match(start) is not None


def read_mermaid(text: str, encoding: str, name: str, limits: Limits) -> FileReading:
    """Read the diagram in `text`.

    Raises:
        UnreadableFileError: `not_a_table` where it has no elements, `limit_exceeded`.
    """
    reading = _Reading()
    for number, line in enumerate(text.splitlines(), 1):
        for statement in _statements(line):
            reading.read(number, statement)
    return reading.drawing.reading(name, encoding, limits)


def _statements(line: str) -> list[str]:
    """Part a line at its semicolons, unless they stand in a caption."""
    parted = [line] if re.search(r"[\"\[({|]", line) else line.split(";")
    return [part.strip().rstrip(";") for part in parted if part.strip()]


@dataclass
class _Reading:
    """What was read so far, and what is drawn around what comes next."""

    drawing: Drawing = field(default_factory=Drawing)
    around: list[str] = field(default_factory=list)

    def read(self, number: int, statement: str) -> None:
        """Read one statement."""
        subgraph, macro = _SUBGRAPH.match(statement), MACRO.match(statement)
        if _SKIPPED.match(statement):
            return
        if statement in ("end", "}"):
            self.around = self.around[:-1]
        elif subgraph is not None:
            self.around.append(subgraph["title"] or subgraph["id"] or "")
        elif macro is not None:
            drawn = read_macro(self.drawing, number, macro[1], macro[2], self.around)
            if macro[3]:
                self.around.append(drawn or "")
        else:
            self._chain(number, statement)

    def _chain(self, number: int, statement: str) -> None:
        """Read nodes and the links between them, `a & b --> c --> d`."""
        sources, at = self._nodes(number, statement, 0)
        while sources and (link := _LINK.match(statement, _skip(statement, at))):
            targets, at = self._nodes(number, statement, link.end())
            text = read_caption(link["label"] or link["text"] or "").name
            headed = any(link[head] for head in ("h1", "h2", "h3", "h4"))
            for source in sources:
                for target in targets:
                    if headed and not link["left"]:
                        self.drawing.connect(number, source, target, text)
                    else:
                        self.drawing.undirected(number, source, target, text)
            sources = targets

    def _nodes(self, number: int, statement: str, at: int) -> tuple[list[str], int]:
        keys = list[str]()
        while node := _NODE.match(statement, _skip(statement, at)):
            key, at = node["id"], node.end()
            caption, at = _caption(statement, at)
            around = self.around[-1] if self.around else None
            if caption is None:
                self.drawing.name(number, key, around)
            else:
                self.drawing.add(number, key, caption, around)
            classed = _CLASS.match(statement, at)
            at = classed.end() if classed else at
            keys.append(key)
            joined = re.compile(r"\s*&").match(statement, at)
            if joined is None:
                break
            at = joined.end()
        return keys, at


def _skip(statement: str, at: int) -> int:
    """Return where what comes behind blanks begins."""
    while statement[at : at + 1].isspace():
        at += 1
    return at


def _caption(statement: str, at: int) -> tuple[Caption | None, int]:
    """Read the caption of a node, if it has one, and where it ends."""
    for begin, end, kind in _SHAPES:
        if not statement.startswith(begin, at):
            continue
        inside = at + len(begin)
        quoted = re.compile(r'\s*"([^"]*)"\s*').match(statement, inside)
        closes = statement.find(end, quoted.end() if quoted else inside)
        if closes < 0:
            continue
        text = quoted[1] if quoted else statement[inside:closes].strip("/\\")
        caption = read_caption(text)
        if kind is not None and caption.kind not in ("Person",):
            caption = Caption(caption.name, kind, caption.technology, caption.description)
        return caption, closes + len(end)
    return None, at
