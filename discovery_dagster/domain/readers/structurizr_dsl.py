"""Workspaces of Structurizr in its own language, read as the model that they are in JSON.

    shop = softwareSystem "Shop" {
        web = container "Web shop" "Sells" "Java"
    }
    web -> orders "Reads"

Source: the language reference of the Structurizr DSL. Identifiers may be hierarchical (`shop.web`);
views, styles and what is included from other files say nothing of the model.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from discovery_dagster.domain.file_limits import Limits
from discovery_dagster.domain.readers.structurizr import read_model
from discovery_dagster.domain.source_tables import FileReading

_BEGINS: Final = re.compile(
    r"\A(?:\s|//[^\n]*+\n|#[^\n]*+\n|/\*(?:[^*]|\*(?!/))*+\*/|![^\n]*+\n)*+workspace\b[^\n{]*+\{",
    re.IGNORECASE,
)
_TOKEN: Final = re.compile(r'"(?:[^"\\]|\\.)*+(?:"|$)|[{}]|[^\s"{}]++')
_OPENS, _CLOSES, _ARROW, _IS = "{", "}", "->", "="
#: Keywords of elements, the list of their holder in the JSON form, and their arguments by position.
_DESCRIBED: Final = ("name", "description", "technology", "tags")
_ELEMENTS: Final = {
    "person": ("people", ("name", "description", "tags")),
    "softwaresystem": ("softwareSystems", ("name", "description", "tags")),
    "container": ("containers", _DESCRIBED),
    "component": ("components", _DESCRIBED),
    "deploymentnode": ("deploymentNodes", _DESCRIBED),
    "infrastructurenode": ("infrastructureNodes", _DESCRIBED),
}
_INSTANCES: Final = {
    "containerinstance": ("containerInstances", "containerId"),
    "softwaresysteminstance": ("softwareSystemInstances", "softwareSystemId"),
    "instanceof": ("containerInstances", "containerId"),
}
_ATTRIBUTES: Final = frozenset({"description", "technology", "tags"})
#: Blocks around elements that are none themselves.
_AROUND: Final = frozenset({"workspace", "model", "group", "enterprise", "deploymentenvironment"})
#: Blocks whose elements are those that an identifier names, which is the second word.
_REFERRING: Final = frozenset({"!element", "!ref", "!extend"})
_THIS: Final = "this"


def is_structurizr_dsl(start: str) -> bool:
    """Whether a text that starts like this is a workspace."""
    return _BEGINS.match(start) is not None


def read_structurizr_dsl(text: str, encoding: str, name: str, limits: Limits) -> FileReading:
    """Read the model of the workspace in `text`.

    Raises:
        UnreadableFileError: `not_a_table` where it has no elements, `limit_exceeded`.
    """
    reading = _Reading()
    for number, tokens in _lines(text):
        reading.read(number, tokens)
    reading.relate()
    return read_model(reading.model, reading.lines, encoding, name, limits)


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """Give the tokens of the lines that have any, without comments."""
    commented, begin, continued = False, 0, list[str]()
    for number, written in enumerate(text.splitlines(), 1):
        line = written.strip()
        if commented or line.startswith("/*"):
            commented = "*/" not in line
            continue
        if line.startswith(("//", "#")):
            continue
        begin = begin if continued else number
        continues = line.endswith("\\")
        continued += _TOKEN.findall(line.removesuffix("\\"))
        if continued and not continues:
            yield begin, continued
            continued = []


@dataclass
class _Block:
    """An open block: the element that it is of, and whether its statements are of the model."""

    element: dict[str, Any]
    path: str
    counts: bool


@dataclass
class _Reading:
    """What was read so far, in the form of a workspace's JSON."""

    model: dict[str, Any] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    #: Elements by the identifiers that name them, alone and behind those of their holders.
    elements: dict[str, dict[str, Any]] = field(default_factory=dict)
    blocks: list[_Block] = field(default_factory=list)
    #: Line, path of the block, the element that `this` is, both ends, and what is said.
    relations: list[tuple[int, _Block, str, str, str | None]] = field(default_factory=list)

    def read(self, number: int, tokens: Sequence[str]) -> None:
        """Read one line: it may close blocks, say something, and open a block or close it again."""
        closing = next((at for at, each in enumerate(tokens) if each != _CLOSES), len(tokens))
        self.blocks = self.blocks[: max(0, len(self.blocks) - closing)]
        words = [each for each in tokens[closing:] if each not in (_OPENS, _CLOSES)]
        around = self.blocks[-1] if self.blocks else _Block(self.model, "", counts=True)
        ignored = replace(around, counts=False)
        block = self._statement(number, words, around) if words and around.counts else ignored
        for token in tokens[closing:]:
            if token == _OPENS:
                self.blocks.append(block)
            elif token == _CLOSES:
                self.blocks = self.blocks[:-1]

    def relate(self) -> None:
        """Add the relations last, since an element may stand below what names it."""
        for line, block, source, target, text in self.relations:
            ends = [self._named(source, block), self._named(target, block)]
            if ends[0] is not None and ends[1] is not None:
                key = f"relation {line}"
                self.lines[key] = line
                ends[0].setdefault("relationships", []).append(
                    {"id": key, "destinationId": ends[1]["id"], "description": text}
                )

    def _statement(self, number: int, words: list[str], around: _Block) -> _Block:
        """Read what a line says inside `around`; return the block that it would open."""
        identifier = None
        if len(words) > 2 and words[1] == _IS:
            identifier, words = words[0], words[2:]
        keyword, *arguments = words
        keyword = keyword.casefold()
        if _ARROW in words[:2]:
            self._relation(number, words, around)
        elif keyword in _ELEMENTS and arguments:
            return self._element(number, identifier, keyword, arguments, around)
        elif keyword in _INSTANCES and arguments:
            return self._instance(number, identifier, keyword, arguments[0], around)
        elif keyword in _ATTRIBUTES and arguments and around.element is not self.model:
            around.element[keyword] = ", ".join(map(_text, arguments))
        elif keyword in _REFERRING and arguments:
            element = self._named(arguments[0], around)
            if element is not None:
                return _Block(element, arguments[0].casefold(), counts=True)
        elif keyword in _AROUND:
            return around
        return replace(around, counts=False)

    def _element(
        self,
        number: int,
        identifier: str | None,
        keyword: str,
        arguments: Sequence[str],
        around: _Block,
    ) -> _Block:
        part, names = _ELEMENTS[keyword]
        if part == "deploymentNodes" and around.element is not self.model:
            part = "children"
        element = dict[str, Any](zip(names, map(_text, arguments), strict=False))
        return self._add(number, identifier, part, element, around)

    def _instance(
        self, number: int, identifier: str | None, keyword: str, of: str, around: _Block
    ) -> _Block:
        part, named = _INSTANCES[keyword]
        element = self._named(of, around)
        instance = {} if element is None else {named: element["id"]}
        return self._add(number, identifier, part, instance, around)

    def _add(
        self,
        number: int,
        identifier: str | None,
        part: str,
        element: dict[str, Any],
        around: _Block,
    ) -> _Block:
        key = element["id"] = f"element {len(self.lines)}"
        self.lines[key] = number
        around.element.setdefault(part, []).append(element)
        own = (identifier or key).casefold()
        path = f"{around.path}.{own}" if around.path else own
        self.elements[path] = element
        self.elements.setdefault(own, element)
        return _Block(element, path, counts=True)

    def _relation(self, number: int, words: Sequence[str], around: _Block) -> None:
        at = words.index(_ARROW)
        source = words[0] if at else _THIS
        if len(words) > at + 1:
            text = _text(words[at + 2]) if len(words) > at + 2 else None
            self.relations.append((number, around, source, words[at + 1], text or None))

    def _named(self, identifier: str, block: _Block) -> dict[str, Any] | None:
        """The element that `identifier` names inside `block`, whose own elements come first."""
        folded = identifier.casefold()
        if folded == _THIS:
            return block.element if "id" in block.element else None
        path = block.path
        while path:
            if element := self.elements.get(f"{path}.{folded}"):
                return element
            path = path.rpartition(".")[0]
        return self.elements.get(folded)


def _text(token: str) -> str:
    return token.strip('"').replace('\\"', '"')
