"""Graphs of things: lists of nodes and of edges in one document, and weighted edge lists.

The nodes' own names stand in the place of the keys by which edges name them. As D3, Cytoscape,
Neo4j, graphology and service graphs write them in JSON (`nodes` with `edges` or `links`, each
perhaps below `data`), and as the readers of GraphML, GEXF and DOT give them.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Final

import polars as pl

from discovery_dagster import reference
from discovery_dagster.domain.formats.base import Kind, Rule, TableFormat
from discovery_dagster.domain.formats.connections import FLOWING, OPENED, SENT, known_ends
from discovery_dagster.domain.formats.declared import declared
from discovery_dagster.domain.formats.identified import Identified, identified
from discovery_dagster.domain.formats.reshaping import (
    add_columns,
    cells_of,
    only_records,
    without_ends,
)
from discovery_dagster.domain.headers.phrases import share_known
from discovery_dagster.domain.source_tables import SourceTable
from discovery_dagster.domain.words import fold

NODES: Final = declared("graph.nodes")

#: What JSON graphs call the ends beside the pairs of `reference/ends.yaml`.
_ENDS: Final = {
    "source": ("source", "from", "src", "source_id", "sourceId", "source.id", "source.name",
               "from_id", "fromId", "start", "startNode", "tail", "parent", "predecessor", "v"),
    "target": ("target", "to", "dst", "target_id", "targetId", "target.id", "target.name",
               "to_id", "toId", "end", "endNode", "head", "child", "successor", "w"),
}  # fmt: skip
_WRAPPED: Final = re.compile(r"^(?:data|attributes|properties)\.")
_NODES: Final = frozenset({"nodes", "vertices", "services"})
_EDGES: Final = frozenset(
    {"edges", "links", "connections", "relationships", "relations", "dependencies", "arcs"}
)
#: Properties of edges that may say the relation, the likeliest first.
_RELATIONS: Final = ("relation", "relationship", "relationship type", "relation type", "predicate",
                     "type", "edge type", "link type", "kind", "interaction", "label",
                     "name")  # fmt: skip
#: What of an end stands inside it, where ends are objects.
_OF_ENDS: Final = frozenset({"name", "id", "node", "guid", "data"})
_BY_ID: Final = (".id", ".guid")  # a name is better, where an end says both
_KNOWN: Final = 0.5  # least share of a property's values that are phrases of relations


EDGES = TableFormat(
    name="graph.edges",
    kind=Kind.RELATIONS,
    headers=(frozenset({"source", "target", "weight"}),),
    sheets=frozenset({"graph edges"}),
    columns={
        "source": Rule("source"),
        "target": Rule("target"),
        "relation": Rule("relation"),
        "count": Rule("count"),
        "call count": Rule("count", order=1),
        "port": Rule("port"),
        "protocol": Rule("protocol"),
        "traffic protocol": Rule("protocol", order=1),
        "description": Rule("detail"),
        "label": Rule("detail", order=1),
        "weight": Rule("unmapped"),  # of what is not said
    },
    relation="depends_on",
    address_relation="runs_on",  # a service beside the address of the node that it is placed on
    synonyms=False,
)


FORMATS = (EDGES,)


def reshape(tables: tuple[SourceTable, ...]) -> tuple[SourceTable, ...]:
    """Where a file has nodes and edges, let the edges name their ends as the nodes are called."""
    plain = [_without_data(part) for table in tables for part in _parted(table)]
    edges = _edges_of(plain)
    if not edges:
        return tuple(_with_needs(table) for table in tables)
    ends = pl.concat([cells for table in edges for cells in _ends_of(table).values()])
    nodes = _nodes_of(_without(plain, edges), ends)
    if not nodes and not any(_has_nested_ends(table) for table in edges):
        return tables
    called = {key: name for node in nodes for key, name in node.names().items()}
    of_none = pl.concat([pl.Series(dtype=pl.String), *map(_ids_of_none, nodes)])
    reshaped = {id(node.table): _as_nodes(node) for node in nodes}
    for table in edges:
        sheet = "graph.edges" if len(edges) == 1 else f"{table.sheet}/graph.edges"
        named = {end: cells.replace(called) for end, cells in _ends_of(table).items()}
        of_things = without_ends(table, tuple(_ends_of(table).values()), of_none)
        reshaped[id(table)] = replace(_with_relation(add_columns(of_things, named)), sheet=sheet)
    return tuple(reshaped.get(id(table), table) for table in plain)


def _without(tables: list[SourceTable], others: list[SourceTable]) -> list[SourceTable]:
    return [table for table in tables if not any(table is other for other in others)]


def _parted(table: SourceTable) -> Iterator[SourceTable]:
    """Part one list of nodes and edges, as Cytoscape's `elements`; edges have two ends."""
    names = set(_without_data(table).header)
    if not {"id", "source", "target"} <= names:
        yield table
        return
    header = _without_data(table)
    has = [cells_of(header, name).is_not_null() for name in ("source", "target")]
    edges = has[0] & has[1]
    if edges.all() or not edges.any():
        yield table
        return
    yield replace(only_records(table, ~edges), sheet="nodes")
    yield replace(only_records(table, edges), sheet="edges")


def _ends_of(table: SourceTable) -> dict[str, pl.Series]:
    """The cells of both ends of a table of edges, nothing where it does not have both."""
    columns = {end: _end_column(table, end) for end in _ENDS}
    return {
        end: cells_of(table, column)
        for end, column in columns.items()
        if column is not None and None not in columns.values()
    }


def _end_column(table: SourceTable, end: str) -> str | None:
    """The column of one end: by what graphs call it, or by words for ends, perhaps inside others.

    An end may be an object, as `source.entity.name`.
    """
    named = next((name for name in _ENDS[end] if name in table.header), None)
    if named is not None:
        return named
    columns = [column for column in table.header if _names_end(column, end)]
    return min(columns, key=lambda column: column.endswith(_BY_ID), default=None)


def _names_end(column: str, end: str) -> bool:
    parts = [fold(part) for part in column.split(".")]
    if any(part in _addresses() for part in parts):
        return False
    named = [part.removesuffix(" id") for part in parts if part not in _OF_ENDS]
    return any(" ".join(named[-length:]) in _known_ends()[end] for length in (1, 2, 3))


@cache
def _addresses() -> frozenset[str]:
    return frozenset(reference.load("ends")["things"]["address"])


@cache
def _known_ends() -> dict[str, frozenset[str]]:
    """Folded headers that name the thing at an end, by the end."""
    known = [each for sides in (SENT, OPENED, FLOWING) for each in known_ends(sides).items()]
    return {
        end: frozenset(
            header for header, (side, thing, _) in known if (side, thing) == (end, "name")
        )
        for end in _ENDS
    }


def _has_nested_ends(table: SourceTable) -> bool:
    """Whether both ends stand inside objects, in a way in which no other format knows them."""
    columns = {end: _end_column(table, end) or "" for end in _ENDS}
    return all(
        "." in column and fold(column) not in _known_ends()[end] for end, column in columns.items()
    )


def _edges_of(tables: list[SourceTable]) -> list[SourceTable]:
    """The lists of edges, recognised by their name or by ids of other lists at their ends."""
    with_ends = [table for table in tables if _ends_of(table)]
    called = [table for table in with_ends if _last(table) in _EDGES]
    return called or [
        table
        for table in with_ends
        if _are_filled(table)
        and (
            _has_nested_ends(table)
            or identified(_without(tables, [table]), pl.concat(list(_ends_of(table).values())))
        )
    ]


def _are_filled(table: SourceTable) -> bool:
    """Whether most records have both ends; a list of many kinds of records is none of edges."""
    both = pl.DataFrame(_ends_of(table)).drop_nulls()
    return 2 * both.height > table.records.height


def _nodes_of(others: list[SourceTable], ends: pl.Series) -> list[Identified]:
    """The lists of the nodes that edges name, by what they are called or by what stands in them."""
    lists = identified(others, ends)
    called = [Identified(table, _ids(table, ends)) for table in others if _last(table) in _NODES]
    return lists or [nodes for nodes in called if ends.is_in(nodes.ids.implode()).any()][:1]


def _ids_of_none(nodes: Identified) -> pl.Series:
    """The ids of nodes that are no things: those that the format of nodes leaves out by type."""
    if "type" not in nodes.table.header:
        return pl.Series(dtype=pl.String)
    words = [word for rule in NODES.exclusions if isinstance(rule.words, frozenset)
             for word in rule.words]  # fmt: skip
    return nodes.ids.filter(cells_of(nodes.table, "type").is_in(words).fill_null(False))


def _as_nodes(nodes: Identified) -> SourceTable:
    """A list called after nodes, with its ids as what things without a name are called."""
    if _last(nodes.table) not in _NODES:
        return nodes.table
    return replace(add_columns(nodes.table, {"id": nodes.ids}), sheet="graph.nodes")


def _with_relation(edges: SourceTable) -> SourceTable:
    """Let the property of edges that says how one needs the other be their relation."""
    folded = [fold(column) for column in edges.header]
    for name in _RELATIONS:
        if name in folded:
            cells = cells_of(edges, edges.header[folded.index(name)])
            values = cells.drop_nulls().unique()
            if not values.is_empty() and share_known(values) >= _KNOWN:
                return add_columns(edges, {"relation": cells})
    if "relation" in folded:  # it says something else
        at = folded.index("relation")
        renamed = (*edges.header[:at], "relation (unknown)", *edges.header[at + 1 :])
        return replace(edges, header=renamed)
    return edges


def _with_needs(table: SourceTable) -> SourceTable:
    """Say that the edges of a service in AWS X-Ray's service graph are what it needs."""
    if not {"ReferenceId", "Name", "Edges"} <= set(table.header):
        return table
    return add_columns(table, {"dependsOn": cells_of(table, "Edges")})


def _ids(nodes: SourceTable, ends: pl.Series) -> pl.Series:
    """What the edges call the nodes: the column with most of their ends, or places in the list."""
    wanted = ends.drop_nulls().unique().implode()
    places = pl.Series(range(nodes.records.height), dtype=pl.Int64).cast(pl.String)
    candidates = [places, *(cells_of(nodes, name) for name in nodes.header)]
    return max(candidates, key=lambda cells: cells.is_in(wanted).sum() or 0)


def _last(table: SourceTable) -> str:
    return (table.sheet or "").rpartition(".")[2].lower()


def _without_data(table: SourceTable) -> SourceTable:
    """Call columns as they are called where libraries wrap what a node or edge says of itself."""
    names = tuple(_WRAPPED.sub("", name) for name in table.header)
    return replace(table, header=names) if len(set(names)) == len(names) else table
