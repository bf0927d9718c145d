"""The text of taught formats: a small part of YAML, each key and value with its line.

Anybody may have written the text: it is read as events, of which nothing is constructed, within
limits; every scalar is a text as it is written. Anchors, tags and merged keys are refused, since a
format needs none of them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import yaml

_MOST_CHARACTERS: Final = 500_000
_MOST_NODES: Final = 50_000
_DEEPEST: Final = 8

#: A place in a document: the keys that lead to it, those of a list being numbers from 0.
Path = tuple[str | int, ...]


class FormatError(ValueError):
    """A text that is no format; the message is one sentence that names line and key."""

    def __init__(self, line: int, key: str, problem: str) -> None:
        place = f"line {line}, {key}" if key else f"line {line}"
        super().__init__(f"{place}: {problem}.")
        self.line = line
        self.key = key


@dataclass
class Document:
    """The content of one document, and the line on which each of its keys stands."""

    content: object = None
    line: int = 1
    lines: dict[Path, int] = field(default_factory=dict)

    def error(self, path: Path, problem: str) -> FormatError:
        """Return the error of what stands at `path`, or of what should stand there."""
        around = (path[:end] for end in range(len(path), 0, -1))
        line = next((self.lines[place] for place in around if place in self.lines), self.line)
        return FormatError(line, spell(path), problem)


def spell(path: Path) -> str:
    """Return a place as people write it: `columns.ARB_SP.unit`, `exclusions[2].words`."""
    words = ""
    for key in path:
        if isinstance(key, int):
            words += f"[{key + 1}]"
        else:
            words += f".{key}" if words else key
    return words


def read_documents(text: str) -> list[Document]:
    """Return the documents of `text` that hold anything.

    Raises:
        FormatError: when it is no YAML, or says more than a format needs.
    """
    if len(text) > _MOST_CHARACTERS:
        raise FormatError(1, "", f"it is longer than {_MOST_CHARACTERS} characters")
    try:
        return [document for document in _documents(text) if document.content is not None]
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else text.count("\n") + 1
        problem = error.problem or "it ends too early"
        raise FormatError(line, "", f"it is no valid YAML: {problem}") from error
    except yaml.YAMLError as error:
        raise FormatError(1, "", "it has characters that no text has") from error


@dataclass
class _Opened:
    """A mapping or a list that has not ended, and the key whose value comes next."""

    path: Path
    content: dict[str, object] | list[object]
    key: str | None = None

    def place(self) -> Path:
        """Return where the next value stands."""
        if isinstance(self.content, list):
            return (*self.path, len(self.content))
        return self.path if self.key is None else (*self.path, self.key)

    def take(self, value: object) -> None:
        """Put a value in its place."""
        if isinstance(self.content, list):
            self.content.append(value)
        elif self.key is not None:
            self.content[self.key] = value
            self.key = None


def _documents(text: str) -> Iterator[Document]:
    document, opened, nodes = Document(), list[_Opened](), 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.DocumentStartEvent):
            document, opened = Document(line=_line(event)), []
        elif isinstance(event, yaml.DocumentEndEvent):
            yield document
        elif isinstance(event, yaml.CollectionEndEvent):
            opened.pop()
        elif isinstance(event, yaml.NodeEvent):
            nodes += 1
            inner = opened[-1] if opened else None
            _refuse(event, inner, nodes, len(opened))
            if inner is not None and isinstance(inner.content, dict) and inner.key is None:
                inner.key = _key(event, inner, document)
                continue
            path = inner.place() if inner else ()
            document.lines.setdefault(path, _line(event))
            value = _value(event)
            if inner is None:
                document.content, document.line = value, _line(event)
            else:
                inner.take(value)
            if isinstance(value, (dict, list)):
                opened.append(_Opened(path, value))


def _key(event: yaml.NodeEvent, inner: _Opened, document: Document) -> str:
    if not isinstance(event, yaml.ScalarEvent):
        raise FormatError(_line(event), spell(inner.path), "a key is a text, not a list or object")
    path = (*inner.path, event.value)
    if path in document.lines:
        raise FormatError(_line(event), spell(path), "the key stands twice")
    document.lines[path] = _line(event)
    return str(event.value)


def _value(event: yaml.NodeEvent) -> object:
    if isinstance(event, yaml.MappingStartEvent):
        return {}
    if isinstance(event, yaml.SequenceStartEvent):
        return []
    if not isinstance(event, yaml.ScalarEvent):
        return None
    return None if event.implicit[0] and event.value in ("", "~", "null") else str(event.value)


def _refuse(event: yaml.NodeEvent, inner: _Opened | None, nodes: int, depth: int) -> None:
    """Refuse what no format needs.

    Raises:
        FormatError: with the line and the place.
    """
    key = spell(inner.place()) if inner else ""
    if event.anchor is not None:  # of an alias, too
        mark = "*" if isinstance(event, yaml.AliasEvent) else "&"
        problem = f"`{mark}{event.anchor}` is an anchor, which a format does not use: write it out"
        raise FormatError(_line(event), key, problem)
    tag = getattr(event, "tag", None)
    if tag not in (None, "!"):
        raise FormatError(_line(event), key, f"`{tag}` is a tag, which a format does not use")
    if depth >= _DEEPEST and isinstance(event, yaml.CollectionStartEvent):
        raise FormatError(_line(event), key, f"it is nested deeper than {_DEEPEST} levels")
    if nodes > _MOST_NODES:
        raise FormatError(_line(event), key, f"it has more than {_MOST_NODES} keys and values")


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1
