"""XML as a tree of elements, each with its line; what the elements mean is their readers' matter.

expat reads it. A document may name its type, as nmap's does, but nothing outside is fetched, and
one that declares entities is refused: they could grow without end or lead elsewhere. Namespaces are
left off. How many elements are kept is limited, so that memory is.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from xml.parsers import expat

from discovery_dagster.domain.errors import UnreadableFileError
from discovery_dagster.domain.file_limits import Limits, check_limit, limit_exceeded

_SPACE: Final = " "  # between a namespace and a name


@dataclass(slots=True)
class Node:
    """An element: its name, where it begins, its attributes, what it holds, and its own text."""

    tag: str
    line: int
    attributes: Mapping[str, str]
    children: list["Node"] = field(default_factory=list)
    text: str = ""

    def all(self, tag: str) -> Iterator["Node"]:
        """Give the children called `tag`, or all of them for `*`."""
        return (child for child in self.children if tag in {"*", child.tag})


def parse_xml(text: str, name: str, limits: Limits, leave: Collection[str] = ()) -> Node:
    """Return the root of the document `text`.

    Args:
        text: the document.
        name: of the file, for messages.
        limits: of the file.
        leave: names of elements of which only the attributes are kept.

    Raises:
        UnreadableFileError: `invalid_xml`, `limit_exceeded`.
    """
    document = _Document(name, limits, frozenset(leave))
    parser = expat.ParserCreate("utf-8", namespace_separator=_SPACE)
    document.parser = parser
    parser.buffer_text = True
    parser.StartElementHandler = document.start
    parser.EndElementHandler = document.end
    parser.CharacterDataHandler = document.text
    parser.EntityDeclHandler = document.refuse_entity
    try:
        parser.Parse(text.encode("utf-8", "replace"), True)
    except expat.ExpatError as error:
        message = expat.ErrorString(error.code)
        raise UnreadableFileError(
            "invalid_xml", f"{name} is no valid XML (line {error.lineno}): {message}."
        ) from error
    return document.root


@dataclass
class _Document:
    """What was read so far of a document."""

    name: str
    limits: Limits
    leave: frozenset[str]
    root: Node = field(default_factory=lambda: Node("", 0, {}))
    parser: Any = None
    _open: list[Node] = field(default_factory=list)
    _count: int = 0
    _left: int = 0  # depth below an element of which only the attributes are kept

    def refuse_entity(self, *_: Any) -> None:
        """Refuse a document that declares entities."""
        raise UnreadableFileError(
            "invalid_xml", f"{self.name} declares entities of its own, which are not read."
        )

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Handle the beginning of an element."""
        if self._left:
            self._left += 1
            return
        self._count += 1
        check_limit(self.name, "XML elements", self._count, self.limits.xml_elements)
        if len(self._open) >= self.limits.json_depth:
            raise limit_exceeded(self.name, "levels of nesting", self.limits.json_depth)
        own = {key.rpartition(_SPACE)[2]: value for key, value in attributes.items()}
        node = Node(tag.rpartition(_SPACE)[2], self.parser.CurrentLineNumber, own)
        if self._open:
            self._open[-1].children.append(node)
        else:
            self.root = node
        self._open.append(node)
        self._left = int(node.tag in self.leave)

    def text(self, data: str) -> None:
        """Handle text."""
        if not self._left and self._open:
            self._open[-1].text += data

    def end(self, _: str) -> None:
        """Handle the end of an element."""
        if self._left > 1:
            self._left -= 1
            return
        self._left = 0
        node = self._open.pop()
        node.text = node.text.strip()
