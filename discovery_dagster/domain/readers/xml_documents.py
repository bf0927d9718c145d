"""XML documents of known tools: which of their elements are records, and where columns stand.

What tells them, and the paths, is data in `reference/xml_documents.yaml`; what the columns mean is
the matter of the formats that are called like the tables.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from discovery_dagster import reference
from discovery_dagster.domain.file_limits import Limits, check_limit
from discovery_dagster.domain.readers.records import frame_of_records, read_record, source_table
from discovery_dagster.domain.readers.xml_path import nodes_at, texts_at
from discovery_dagster.domain.readers.xml_tree import Node
from discovery_dagster.domain.source_tables import SourceTable

_JOIN: Final = "; "
_Document = Mapping[str, Any]


def document_of(root: str, start: str) -> _Document | None:
    """Return the declaration of documents whose root element is called `root`, None without.

    Args:
        root: name of the root element.
        start: the beginning of the document, in which other words of the declaration stand.
    """
    for document in reference.load("xml_documents"):
        if root in document["roots"] and all(word in start for word in document.get("with", [])):
            return document  # type: ignore[no-any-return]
    return None


def tables_of(root: Node, document: _Document, name: str, limits: Limits) -> list[SourceTable]:
    """Return the tables of a document, without those that have no record."""
    return [
        _table(root, nodes, table, name, limits)
        for table in document["tables"]
        if (nodes := _records(root, table))
    ]


def _records(root: Node, table: Mapping[str, Any]) -> list[Node]:
    nodes = {id(node): node for path in table["records"] for node in nodes_at(root, path)}
    others, where = table.get("except", ()), table.get("where", {})
    return [node for node in nodes.values() if node.tag not in others and _holds(node, where)]


def _holds(node: Node, where: Mapping[str, str | bool]) -> bool:
    """Whether paths hold what is wanted of them: a text, something, or nothing."""
    return all(
        any(texts_at(node, path)) is wanted
        if isinstance(wanted, bool)
        else wanted in texts_at(node, path)
        for path, wanted in where.items()
    )


def _table(
    root: Node, nodes: Sequence[Node], table: Mapping[str, Any], name: str, limits: Limits
) -> SourceTable:
    around = _cells(root, table.get("document", {}))
    rows = [
        (
            node.line,
            (_leaves(node) if table.get("leaves") else {})
            | _cells(node, table["columns"])
            | around,
        )
        for node in nodes
    ]
    header = list(dict.fromkeys(column for _, cells in rows for column in cells))
    check_limit(name, "columns", len(header), limits.columns)
    records = frame_of_records(
        (
            read_record(line, [cells.get(column) for column in header], len(header))
            for line, cells in rows
        ),
        len(header),
    )
    return source_table(name, table["sheet"], header, 0, records, limits)


def _cells(node: Node, columns: Mapping[str, Any]) -> dict[str, str | None]:
    return {column: _cell(node, what) for column, what in columns.items()}


def _cell(node: Node, what: str | Mapping[str, Any]) -> str | None:
    """Return what a path leads to, each text once; or what several say of each of some elements."""
    if isinstance(what, str):
        return _JOIN.join(dict.fromkeys(texts_at(node, what))) or None
    inner: Iterable[Node] = nodes_at(node, what["each"])
    if what.get("count"):
        return str(len(list(inner)))
    texts = (
        " ".join(text for path in what["say"] for text in texts_at(each, path))
        for each in inner
        if _holds(each, what.get("where", {}))
    )
    return _JOIN.join(dict.fromkeys(filter(None, texts))) or None


def _leaves(node: Node) -> dict[str, str | None]:
    """What the element says by attributes, and by children that hold nothing but text."""
    texts = {each.tag: each.text or None for each in node.children if not each.children}
    return {**node.attributes, **texts}
