"""Graphs in XML: GraphML (networkx, yEd, Neo4j, Gremlin) and GEXF (Gephi).

Sources: the GraphML Primer of the Graph Drawing community, the GEXF 1.2 and 1.3 schemas. Attributes
are declared by a key and used by it; yEd writes labels inside its own elements. Document type
definitions are refused, and with them all entities that could grow or lead elsewhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from xml.parsers import expat

from discovery_dagster.domain.errors import UnreadableFileError
from discovery_dagster.domain.file_limits import Limits, limit_exceeded
from discovery_dagster.domain.readers.graph_tables import (
    RELATION,
    SOURCE,
    TARGET,
    UNDIRECTED,
    Element,
    graph_reading,
)
from discovery_dagster.domain.source_tables import FileReading

_GRAPHS: Final = frozenset({"graphml", "gexf"})
_LABELS: Final = frozenset({"NodeLabel", "EdgeLabel"})  # yEd's
_OF_DIRECTION: Final = frozenset({"directed", "type"})


def is_graph_xml(start: str) -> bool:
    """Whether a text that starts like this is GraphML or GEXF."""
    return start.startswith("<") and any(f"<{name}" in start for name in _GRAPHS)


def read_graph_xml(text: str, encoding: str, name: str, limits: Limits) -> FileReading:
    """Read the graph in `text`.

    Raises:
        UnreadableFileError: `invalid_xml`, `not_a_table`, `limit_exceeded`.
    """
    document = _Document(name, limits)
    parser = expat.ParserCreate("utf-8", namespace_separator=" ")
    document.parser = parser
    parser.buffer_text = True
    parser.StartElementHandler = document.start
    parser.EndElementHandler = document.end
    parser.CharacterDataHandler = document.text
    parser.StartDoctypeDeclHandler = document.refuse_definition
    try:
        parser.Parse(text.encode(), True)
    except expat.ExpatError as error:
        message = expat.ErrorString(error.code)
        raise UnreadableFileError(
            "invalid_xml", f"{name} is no valid XML (line {error.lineno}): {message}."
        ) from error
    return graph_reading("graph", name, encoding, document.nodes, document.edges, limits)


@dataclass
class _Document:
    """What was read so far of a document."""

    name: str
    limits: Limits
    nodes: list[Element] = field(default_factory=list)
    edges: list[Element] = field(default_factory=list)
    parser: Any = None
    _declared: dict[str, str] = field(default_factory=dict)  # names of attributes by their keys
    _class: str = ""  # of the attributes that GEXF declares here
    _directed: bool = True
    _open: list[tuple[dict[str, str | None], bool]] = field(default_factory=list)
    _depth: int = 0
    _column: str | None = None
    _value: str = ""

    def refuse_definition(self, *_: Any) -> None:
        """Refuse a document that defines entities."""
        raise UnreadableFileError(
            "invalid_xml", f"{self.name} has a document type definition, which is not read."
        )

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Handle the beginning of an element."""
        self._depth += 1
        if self._depth > self.limits.json_depth:
            raise limit_exceeded(self.name, "levels of nesting", self.limits.json_depth)
        local = tag.rpartition(" ")[2]
        if local == "graph":
            default = attributes.get("edgedefault") or attributes.get("defaultedgetype")
            self._directed = default != "undirected"
        elif local == "attributes":
            self._class = attributes.get("class", "")
        elif local in {"key", "attribute"}:
            self._declare(attributes)
        elif local in {"node", "edge"}:
            self._begin(local, attributes)
        elif local == "data":
            self._column = self._declared.get(attributes.get("key", ""), attributes.get("key"))
            self._value = ""
        elif local in _LABELS:
            self._column, self._value = "label", ""
        elif local == "attvalue" and self._open:
            key = attributes.get("for", attributes.get("id", ""))
            column = self._declared.get(f"{self._kind()} {key}", key)
            self._open[-1][0].setdefault(column, attributes.get("value"))

    def text(self, data: str) -> None:
        """Handle text."""
        if self._column is not None:
            self._value += data

    def end(self, tag: str) -> None:
        """Handle the end of an element."""
        self._depth -= 1
        local = tag.rpartition(" ")[2]
        if local in {"node", "edge"} and self._open:
            self._open.pop()
        elif local == "data" or local in _LABELS:
            value = self._value.strip()
            if self._column and value and self._open:
                self._open[-1][0].setdefault(self._column, value)
            self._column = None

    def _declare(self, attributes: Mapping[str, str]) -> None:
        key = attributes.get("id", "")
        named = attributes.get("attr.name") or attributes.get("title") or key
        self._declared[f"{self._class} {key}".strip()] = named

    def _begin(self, local: str, attributes: Mapping[str, str]) -> None:
        cells: dict[str, str | None] = dict(attributes)
        if local == "edge":
            directions = {cells.get("type"), cells.get("directed")}
            directed = self._directed and not directions & {"undirected", "false"}
            directed = directed or bool(directions & {"directed", "true"})
            cells = {key: cell for key, cell in cells.items() if key not in _OF_DIRECTION}
            cells = {SOURCE: cells.pop(SOURCE, None), TARGET: cells.pop(TARGET, None), **cells}
            if not directed:
                cells[RELATION] = UNDIRECTED
        elements = self.edges if local == "edge" else self.nodes
        elements.append(Element(self.parser.CurrentLineNumber, cells))
        self._open.append((cells, local == "edge"))

    def _kind(self) -> str:
        return "edge" if self._open and self._open[-1][1] else "node"
