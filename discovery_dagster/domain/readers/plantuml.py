"""PlantUML: diagrams of components, deployments and sequences, with the macros of C4.

    database "Orders" as db            [shop] --> db : SQL

Source: the PlantUML language reference guide. What is drawn dashed in a sequence is an answer, not
a call. A graph in DOT that stands in PlantUML is read as such.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from discovery_dagster import reference
from discovery_dagster.domain.file_limits import Limits
from discovery_dagster.domain.readers.c4 import MACRO, read_macro
from discovery_dagster.domain.readers.diagrams import RUNS_ON, Caption, Drawing, read_caption
from discovery_dagster.domain.source_tables import FileReading

_BEGINS: Final = re.compile(r"\A(?:\s|'[^\n]*+\n)*+@startuml\b")
_END: Final = r"""(?:"[^"]++"|\[[^\]]++\]|\([^)]*+\)|:[^:]++:|[\w.$]++(?:-[\w.$]++)*+)"""
_ARROW: Final = (
    r"(?P<left><\|?|<<)?(?P<line>[-.=~]++)(?:\[[^\]]*+\])?"
    r"(?:(?:left|right|up|down|[lrud])?[-.=~]++)?(?P<right>\|?>>?|\\\\?|//?)?"
)
_CONNECTION: Final = re.compile(
    rf"^(?P<source>{_END})\s++{_ARROW}\s++(?P<target>{_END})\s*+(?::\s*+(?P<text>.*))?$"
)
_ELEMENT: Final = re.compile(
    r"""^(?P<kind>\w++)\s++
    (?P<one>"[^"]*+"|\[[^\]]*+\]|\([^)]*+\)|:[^:]++:|[\w.$-]++)
    (?:\s*+<<[^>]*+>>)*+(?:\s++as\s++(?P<other>"[^"]*+"|[\w.$-]++))?(?:\s*+<<[^>]*+>>)*+
    (?:\s*+\#[\w;:.]++)?\s*+(?P<opens>\{?)$""",
    re.VERBOSE,
)
_BARE: Final = re.compile(r"^\[(?P<label>[^\]]++)\](?:\s++as\s++(?P<key>[\w.$-]++))?$")
_SKIPPED: Final = re.compile(
    r"^(?:'|!|@|title\b|skinparam\b|hide\b|show\b|header\b|footer\b|caption\b|scale\b|set\b"
    r"|left to right|top to bottom|autonumber\b|activate\b|deactivate\b|return\b|LAYOUT|SHOW_|Lay_)"
)
_NOTES: Final = re.compile(r"^(?:note|legend|rnote|hnote)\b(?!.*(?:\bas\b|:))")
_NOTES_END: Final = re.compile(r"^end\s?(?:note|legend|rnote|hnote)\b|^endlegend\b")
_OPENS, _CLOSES = "/'", "'/"
_SEQUENCE: Final = re.compile(r"^[ \t]*+(?:participant|autonumber|activate)\b", re.MULTILINE)


def is_plantuml(start: str) -> bool:
    """Whether a text that starts like this is a diagram of PlantUML."""
    return _BEGINS.match(start) is not None


def read_plantuml(text: str, encoding: str, name: str, limits: Limits) -> FileReading:
    """Read the diagrams in `text`.

    Raises:
        UnreadableFileError: `not_a_table` where they have no elements, `limit_exceeded`.
    """
    reading = _Reading(is_sequence=_SEQUENCE.search(text) is not None)
    for number, line in _lines(text):
        reading.read(number, line)
    return reading.drawing.reading(name, encoding, limits)


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Give the lines that say something, without comments and notes."""
    noting = False
    for number, written in enumerate(_without_comments(text).splitlines(), 1):
        line = written.strip()
        if noting or _NOTES.match(line):
            noting = not _NOTES_END.match(line)
        else:
            yield number, line


def _without_comments(text: str) -> str:
    """Return the text without comments over lines, but with their lines."""
    parts, at = list[str](), 0
    while (begin := text.find(_OPENS, at)) >= 0 and (end := text.find(_CLOSES, begin + 2)) >= 0:
        parts += [text[at:begin], "\n" * text.count("\n", begin, end)]
        at = end + len(_CLOSES)
    return "".join([*parts, text[at:]])


@dataclass
class _Reading:
    """What was read so far, and what is drawn around what comes next."""

    is_sequence: bool
    drawing: Drawing = field(default_factory=Drawing)
    around: list[str | None] = field(default_factory=list)

    def read(self, number: int, line: str) -> None:
        """Read one line."""
        if _SKIPPED.match(line):
            self._open_if(line)
            return
        if line.strip() == "}":
            self.around = self.around[:-1]
            return
        if not any(read(number, line) for read in (self._macro, self._connection, self._element)):
            self._open_if(line)

    def _open_if(self, line: str) -> None:
        """Count the braces of what is not read, so that those that are read pair off."""
        if line.rstrip().endswith("{"):
            self.around.append(None)

    def _inside(self) -> list[str]:
        return [title for title in self.around if title is not None]

    def _macro(self, number: int, line: str) -> bool:
        macro = MACRO.match(line)
        if macro is None:
            return False
        drawn = read_macro(self.drawing, number, macro[1], macro[2], self._inside())
        if macro[3]:
            self.around.append(drawn)
        return True

    def _connection(self, number: int, line: str) -> bool:
        match = _CONNECTION.match(line)
        if match is None:
            return False
        if self.is_sequence and match["line"].startswith("--"):
            return True
        source, target = (self._end(number, match[side]) for side in ("source", "target"))
        text = read_caption(match["text"] or "").name
        if bool(match["left"]) == bool(match["right"]):
            self.drawing.undirected(number, source, target, text)
        elif match["right"]:
            self.drawing.connect(number, source, target, text)
        else:
            self.drawing.connect(number, target, source, text)
        return True

    def _end(self, number: int, written: str) -> str:
        key = written.strip('"[]():')
        if written.startswith(":"):
            self.drawing.add(number, key, Caption(key, "actor"))
        self.drawing.name(number, key, next(reversed(self._inside()), None))
        return key

    def _element(self, number: int, line: str) -> bool:
        bare = _BARE.match(line)
        if bare is not None:
            self._add(number, bare["key"] or bare["label"], read_caption(bare["label"]))
            return True
        match = _ELEMENT.match(line)
        if match is None or match["kind"] not in _words("plantuml"):
            return False
        one, other = match["one"], match["other"] or match["one"]
        label, key = (other, one) if other.startswith('"') else (one, other)
        caption = read_caption(label.strip("[]():"))
        if caption.kind is None:
            caption = Caption(caption.name, match["kind"], caption.technology, caption.description)
        key = key.strip('"[]():')
        is_thing = not match["opens"] or match["kind"] not in _words("around")
        if is_thing or caption.technology or read_caption(label).kind:
            self._add(number, key, caption)
        if match["opens"]:
            self.around.append(key if match["kind"] == "node" else caption.name)
        return True

    def _add(self, number: int, key: str, caption: Caption) -> None:
        inside = self._inside()
        around = inside[-1] if inside else None
        on_node = around is not None and around in self.drawing.elements
        self.drawing.add(number, key, caption, None if on_node else around)
        if around is not None and on_node and caption.kind != "node":
            self.drawing.connect(number, key, around, None, RUNS_ON)


@cache
def _words(name: str) -> frozenset[str]:
    return frozenset(reference.load("diagrams")[name])
