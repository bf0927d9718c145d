"""The two tables of a graph that is written as text: its nodes, and its edges.

How a graph is written is its reader's matter, what nodes and edges mean that of `formats.graphs`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from discovery_dagster.domain.errors import UnreadableFileError
from discovery_dagster.domain.file_limits import Limits, Tally, check_limit
from discovery_dagster.domain.readers.records import frame_of_records, read_record, source_table
from discovery_dagster.domain.source_tables import FileReading, SourceTable

SOURCE: Final = "source"
TARGET: Final = "target"
RELATION: Final = "relation"
#: Of an edge that has no direction: a phrase of `reference/relation_phrases.yaml`.
UNDIRECTED: Final = "connected to"
_DIRECTED: Final = "depends on"  # of the others beside such


@dataclass(frozen=True)
class Element:
    """A node or an edge: the line where it begins, and its attributes."""

    line: int
    cells: Mapping[str, str | None]


def graph_reading(
    container: str,
    name: str,
    encoding: str,
    nodes: Sequence[Element],
    edges: Sequence[Element],
    limits: Limits,
) -> FileReading:
    """Return the tables `nodes` and `edges` of a graph, without those that have no record.

    Raises:
        UnreadableFileError: `not_a_table` for a graph without either, `limit_exceeded`.
    """
    if any(RELATION in edge.cells for edge in edges):
        edges = [Element(edge.line, {RELATION: _DIRECTED, **edge.cells}) for edge in edges]
    filled = sum(len(each.cells) for each in (*nodes, *edges))
    count = Tally.of_sparse(name, filled, limits)
    tables = tuple(
        _table(name, sheet, elements, limits, count)
        for sheet, elements in (("nodes", nodes), ("edges", edges))
        if elements
    )
    if not tables:
        raise UnreadableFileError("not_a_table", f"{name} is a graph without nodes and edges.")
    return FileReading(container, tables, encoding)


def _table(
    name: str, sheet: str, elements: Sequence[Element], limits: Limits, count: Tally
) -> SourceTable:
    # A dictionary keeps the order in which the columns were first seen.
    header = list(dict.fromkeys(column for each in elements for column in each.cells))
    check_limit(name, "columns", len(header), limits.columns)
    count.add(len(header) * len(elements))
    records = frame_of_records(
        (
            read_record(each.line, [each.cells.get(column) for column in header], len(header))
            for each in elements
        ),
        len(header),
    )
    return source_table(name, sheet, header, 0, records, limits)
