"""XML: documents of known tools, workbooks written as XML, and any other with repeated elements.

Any other is read as the JSON that says the same, element by element on the same lines, so that one
reader decides which of its lists are tables: attributes and children are members; what repeats, or
stands in an element of its plural, is a list.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from discovery_dagster.domain.errors import UnreadableFileError
from discovery_dagster.domain.file_limits import Limits
from discovery_dagster.domain.readers.json_text import read_json
from discovery_dagster.domain.readers.xml_documents import document_of, tables_of
from discovery_dagster.domain.readers.xml_tree import Node, parse_xml
from discovery_dagster.domain.refusals import describe_refused, is_drawing
from discovery_dagster.domain.source_tables import FileReading

_ROOT: Final = re.compile(r"<(?:[\w.-]+:)?([\w.-]+)[\s>/]")
#: What is not ended before another one of its kind begins is not looked at to the end again.
_ASIDE: Final = re.compile(
    r"<!--(?:(?!-->|<!--).)*+-->|<\?(?:(?!\?>|<\?).)*+\?>"
    r"|<!DOCTYPE[^><\[]*+(?:\[(?:(?!\]|<!DOCTYPE).)*+\])?[^><]*+>",
    re.DOTALL,
)
_TEXT: Final = "value"  # of what has attributes, too; ServiceNow's pairs are called so
_PLURALS: Final = ("s", "es", "list", "_list", "-list", "set")


def is_xml(start: str) -> bool:
    """Whether a text that starts like this is XML; pages of HTML are recognised earlier."""
    return start.startswith("<") and root_of(start) is not None


def root_of(start: str) -> str | None:
    """Return the name of the root element, without its namespace."""
    match = _ROOT.match(_ASIDE.sub("", start).lstrip())
    return match[1] if match else None


def read_xml(text: str, encoding: str, name: str, limits: Limits) -> FileReading:
    """Read the XML `text`.

    Raises:
        UnreadableFileError: `invalid_xml`, `not_a_table`, `limit_exceeded`.
    """
    start = text[:65_536]
    root = root_of(start.lstrip("\ufeff \t\r\n")) or ""
    if is_drawing(root):
        raise UnreadableFileError("not_a_table", describe_refused(name, start) or name)
    document = document_of(root, start)
    tree = parse_xml(text, name, limits, leave=(document or {}).get("leave", ()))
    tables = tables_of(tree, document, name, limits) if document else []
    if tables:
        return FileReading("xml", tuple(tables), encoding)
    try:
        reading = read_json(_as_json(tree), encoding, name, limits)
    except UnreadableFileError as refused:
        if refused.code != "not_a_table":
            raise
        raise UnreadableFileError(
            "not_a_table",
            f"{name} is XML ({tree.tag}) that holds no list of elements: export it as CSV or JSON.",
        ) from refused
    return replace(reading, container="xml")


def _as_json(root: Node) -> str:
    writer = _Writer(_repeated(root))
    writer.write(root, (root.tag,))
    return "".join(writer.parts)


_Path = tuple[str, ...]


def _repeated(root: Node) -> frozenset[_Path]:
    """The paths of elements that stand more than once in one other, or in one of their plural."""
    repeated = set[_Path]()
    waiting: list[tuple[Node, _Path]] = [(root, (root.tag,))]
    while waiting:
        node, path = waiting.pop()
        counts = Counter(child.tag for child in node.children)
        repeated |= {
            (*path, tag) for tag, count in counts.items() if count > 1 or _is_plural(node.tag, tag)
        }
        waiting += [(child, (*path, child.tag)) for child in node.children if child.children]
    return frozenset(repeated)


def _is_plural(many: str, one: str) -> bool:
    plurals = {f"{one}{ending}".lower() for ending in _PLURALS} | {f"arrayof{one}".lower()}
    return many.lower() in plurals or many.lower() == f"{one[:-1]}ies".lower()


class _Writer:
    """Writes elements as JSON, on the lines on which they stood."""

    def __init__(self, repeated: frozenset[_Path]) -> None:
        self.parts: list[str] = []
        self._repeated = repeated
        self._line = 1

    def write(self, node: Node, path: _Path) -> None:
        """Write what `node` says."""
        self._move_to(node.line)
        only = self._only_list(node, path)
        if only is not None:
            self._list(node.children, only)
        elif node.attributes or node.children:
            self.parts.append("{")
            for at, (key, value) in enumerate(self._members(node, path)):
                self.parts.append(("," if at else "") + json.dumps(key, ensure_ascii=False) + ":")
                if isinstance(value, str):
                    self.parts.append(json.dumps(value, ensure_ascii=False))
                elif isinstance(value, list):
                    self._list(value, (*path, value[0].tag))
                else:
                    self.write(value, (*path, value.tag))
            self.parts.append("}")
        else:
            self.parts.append(json.dumps(node.text or None, ensure_ascii=False))

    def _only_list(self, node: Node, path: _Path) -> _Path | None:
        """The path of the elements of which `node` is nothing but a list, None where it is more.

        What repeats itself is a record, which may have nothing but several addresses.
        """
        tags = {child.tag for child in node.children}
        if len(tags) != 1 or node.attributes or len(path) == 1 or path in self._repeated:
            return None
        inner = (*path, tags.pop())
        return inner if inner in self._repeated else None

    def _members(self, node: Node, path: _Path) -> Iterator[tuple[str, Any]]:
        """What a node says, by name; what stands twice is told by what the second of it is."""
        yield from node.attributes.items()
        taken = set(node.attributes)
        by_tag: dict[str, list[Node]] = {}
        for child in node.children:
            by_tag.setdefault(child.tag, []).append(child)
        for tag, children in by_tag.items():
            key = f"{tag} element" if tag in taken else tag
            yield key, children if (*path, tag) in self._repeated else children[0]
        if node.text:
            yield (f"{_TEXT} text" if _TEXT in taken or _TEXT in by_tag else _TEXT), node.text

    def _list(self, nodes: list[Node], path: _Path) -> None:
        self.parts.append("[")
        for at, child in enumerate(nodes):
            if at:
                self.parts.append(",")
            self.write(child, path)
        self.parts.append("]")

    def _move_to(self, line: int) -> None:
        # Elements of one name are brought together, and some stood further up then.
        self.parts.append("\n" * (line - self._line))
        self._line = max(self._line, line)
