"""YAML: read as the JSON that says the same, token by token on the same lines.

So one reader decides which lists and objects are tables. Sources: the YAML 1.2 specification; the
merge key (`<<`) of its type repository. libyaml gives events, of which nothing is constructed: tags
are not obeyed, every scalar is a text as it is written, and anchors are repeated up to a limit.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import Final

import yaml

from discovery_dagster.domain.errors import UnreadableFileError
from discovery_dagster.domain.file_limits import Limits, check_limit, limit_exceeded
from discovery_dagster.domain.readers.json_text import read_json
from discovery_dagster.domain.source_tables import FileReading

_BEGINS: Final = re.compile(r"(?:---(?:\s|$)|%YAML\s)")
_QUOTED: Final = r"\"[^\"]*\"|'[^']*'"
_KEY: Final = re.compile(rf"\s*+(?:-\s++)*+(?:{_QUOTED}|[\w.$/<~-][^:#,;|\t]*):(?:\s|$)")
_ITEM: Final = re.compile(r"\s*-(?:\s|$)")
_LINES: Final = 100  # that tell whether a text is YAML
_SHARE: Final = 0.5  # least share of them that begin with a key or a dash
_NOTHING: Final = frozenset({"", "~", "null", "Null", "NULL"})


def is_yaml(start: str) -> bool:
    """Whether a text that starts like this is YAML: keys with a colon, and dashes."""
    lines = [line for line in start.splitlines()[:_LINES] if line.strip()]
    filled = [line for line in lines if not line.lstrip().startswith("#")]
    if not filled or _BEGINS.match(filled[0]):
        return bool(filled)
    keys = sum(_KEY.match(line) is not None for line in filled)
    items = sum(_ITEM.match(line) is not None and not _KEY.match(line) for line in filled)
    begins = _KEY.match(filled[0]) or _ITEM.match(filled[0])
    return bool(begins) and keys > 0 and keys + items >= _SHARE * len(filled)


def read_yaml(text: str, encoding: str, name: str, limits: Limits) -> FileReading:
    """Read the YAML `text`; several documents are a list.

    Raises:
        UnreadableFileError: `invalid_yaml`, `not_a_table`, `limit_exceeded`.
    """
    documents = documents_of(text, name, limits)
    if not documents:
        raise UnreadableFileError("not_a_table", f"{name} holds no objects and no lists.")
    whole = documents[0] if len(documents) == 1 else Node(1, "[", children=documents)
    writer = _Writer(name, limits)
    writer.write(whole, 0)
    return replace(read_json("".join(writer.parts), encoding, name, limits), container="yaml")


def documents_of(text: str, name: str, limits: Limits) -> list["Node"]:
    """Return the roots of the documents in `text` that hold anything.

    Raises:
        UnreadableFileError: `invalid_yaml`, `limit_exceeded`.
    """
    try:
        return [document for document in _documents(text, name, limits) if document.children]
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else text.count("\n") + 1
        raise _invalid(name, line, error.problem or "it ends too early") from error
    except yaml.YAMLError as error:
        raise _invalid(name, 1, "it has characters that no text has") from error


def _invalid(name: str, line: int, problem: str) -> UnreadableFileError:
    return UnreadableFileError("invalid_yaml", f"{name} is no valid YAML (line {line}): {problem}.")


@dataclass
class Node:
    """A scalar, a sequence or a mapping, whose children are its keys and values in turn."""

    line: int
    opening: str = ""  # of JSON
    text: str | None = None
    children: list["Node"] = field(default_factory=list)

    @cached_property  # anchors that merge each other twice would double the time with each
    def pairs(self) -> list[tuple["Node", "Node"]]:
        """The keys and values of a mapping, those that it merges behind its own."""
        own = list(zip(self.children[::2], self.children[1::2], strict=True))
        taken = {key.text for key, _ in own}
        pairs = [(key, value) for key, value in own if key.text != "<<" or not value.opening]
        for key, value in own:
            if key.text == "<<" and value.opening:
                sources = value.children if value.opening == "[" else [value]
                for source in sources:
                    merged = [pair for pair in source.pairs if pair[0].text not in taken]
                    taken |= {inner.text for inner, _ in merged}
                    pairs += merged
        return pairs


def _documents(text: str, name: str, limits: Limits) -> Iterator[Node]:
    """Give the root of each document; nothing is read deeper than the limit."""
    opened: list[Node] = []
    anchors: dict[str | None, Node] = {}
    count = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.DocumentStartEvent):
            opened, anchors = [Node(1, "[")], {}
        elif isinstance(event, yaml.DocumentEndEvent):
            yield from opened[0].children
        elif isinstance(event, yaml.CollectionEndEvent):
            opened.pop()
        elif isinstance(event, yaml.NodeEvent):
            count += 1
            check_limit(name, "YAML nodes", count, limits.yaml_nodes)
            if isinstance(event, yaml.AliasEvent) and event.anchor not in anchors:
                raise _invalid(name, _line(event), f"nothing is called &{event.anchor}")
            node = _node(event, anchors)
            if isinstance(event, yaml.AliasEvent) and any(node is each for each in opened):
                raise UnreadableFileError(  # no fault of the syntax, so it is no other table either
                    "limit_exceeded",
                    f"{name} never ends (line {_line(event)}): &{event.anchor} holds itself.",
                )
            opened[-1].children.append(node)
            if isinstance(event, yaml.CollectionStartEvent):
                opened.append(node)
                if len(opened) > limits.json_depth:
                    raise limit_exceeded(name, "levels of nesting", limits.json_depth)


def _node(event: yaml.NodeEvent, anchors: dict[str | None, Node]) -> Node:
    if isinstance(event, yaml.AliasEvent):
        return anchors[event.anchor]
    if isinstance(event, yaml.ScalarEvent):
        is_nothing = event.implicit[0] and event.value in _NOTHING  # written without quotes
        node = Node(_line(event), text=None if is_nothing else event.value)
    else:
        node = Node(_line(event), "{" if isinstance(event, yaml.MappingStartEvent) else "[")
    if event.anchor:
        anchors[event.anchor] = node
    return node


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1


class _Writer:
    """Writes nodes as JSON; keys and items stand on the lines on which they stood."""

    def __init__(self, name: str, limits: Limits) -> None:
        self.parts: list[str] = []
        self._name, self._limits = name, limits
        self._line, self._count = 1, 0

    def write(self, node: Node, depth: int) -> None:
        """Write `node`, which stands in `depth` others."""
        self._count += 1
        check_limit(self._name, "YAML nodes", self._count, self._limits.yaml_nodes)
        if depth > self._limits.json_depth:  # an anchor that holds itself
            raise limit_exceeded(self._name, "levels of nesting", self._limits.json_depth)
        if node.opening == "[":
            self._enclose("[]", (partial(self._item, child, depth) for child in node.children))
        elif node.opening:
            self._enclose("{}", (partial(self._member, *pair, depth) for pair in node.pairs))
        else:
            self.parts.append(json.dumps(node.text, ensure_ascii=False))

    def _enclose(self, brackets: str, members: Iterable[Callable[[], None]]) -> None:
        self.parts.append(brackets[0])
        for at, write in enumerate(members):
            if at:
                self.parts.append(",")
            write()
        self.parts.append(brackets[1])

    def _item(self, node: Node, depth: int) -> None:
        self._move_to(node.line)
        self.write(node, depth + 1)

    def _member(self, key: Node, value: Node, depth: int) -> None:
        if key.opening:
            raise _invalid(self._name, key.line, "a key is no text")
        self._move_to(key.line)
        self.parts.append(json.dumps(key.text or "", ensure_ascii=False) + ":")
        self.write(value, depth + 1)

    def _move_to(self, line: int) -> None:
        # What an anchor repeats stands further up.
        self.parts.append("\n" * (line - self._line))
        self._line = max(self._line, line)
