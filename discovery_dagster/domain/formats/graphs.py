"""Graphs of things: lists of nodes and of edges in one document, and weighted edge lists.

The nodes' own names stand in the place of the keys by which edges name them. As D3, Cytoscape,
Neo4j, graphology and service graphs write them in JSON (`nodes` with `edges` or `links`, each
perhaps below `data`), and as the readers of GraphML, GEXF and DOT give them.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import polars as pl

from discovery_dagster import reference
from discovery_dagster.domain.formats.base import Kind, Rule, TableFormat
from discovery_dagster.domain.formats.reshaping import add_columns, cells_of, only_records
from discovery_dagster.domain.phrases import share_known
from discovery_dagster.domain.tables import SourceTable
from discovery_dagster.domain.words import fold

_LABELS: Final = ("name", "label", "title", "service", "app", "workload")
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
_KNOWN: Final = 0.5  # least share of a property's values that are phrases of relations

NODES = TableFormat(
    name="graph.nodes",
    kind=Kind.ASSETS,
    sheets=frozenset({"graph nodes"}),
    columns={
        **{label: Rule("name", order=order) for order, label in enumerate(_LABELS)},
        "id": Rule("name", order=9),
        "type": Rule("declared_type"),
        "kind": Rule("declared_type", order=1),
        "node type": Rule("declared_type", order=2),
        "labels": Rule("declared_type", order=3),
        "category": Rule("declared_type", order=4),
        "class": Rule("declared_type", order=5),
        # Of drawing, and of algorithms that find communities.
        **dict.fromkeys(
            ("key", "level", "group", "size", "image", "cluster", "community"), Rule("unmapped")
        ),
    },
)

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

FORMATS = (NODES, EDGES)


def reshape(tables: tuple[SourceTable, ...]) -> tuple[SourceTable, ...]:
    """Where a file has nodes and edges, let the edges name their ends as the nodes are called."""
    plain = [_without_data(part) for table in tables for part in _parted(table)]
    edges = _edges_of(plain)
    if not edges:
        return tuple(_with_needs(table) for table in tables)
    ends = pl.concat([cells for table in edges for cells in _ends_of(table).values()])
    nodes = _nodes_of([table for table in plain if table not in edges], ends)
    if not nodes:
        return tables
    named = [table if "id" in table.header else _with_ids(table, ends) for table in nodes]
    called = {key: name for table in named for key, name in _called(table).items()}
    found = {id(old): _as_nodes(new) for old, new in zip(nodes, named, strict=True)}
    for table in edges:
        sheet = "graph.edges" if len(edges) == 1 else f"{table.sheet}/graph.edges"
        told = {end: cells.replace(called) for end, cells in _ends_of(table).items()}
        found[id(table)] = replace(_with_relation(add_columns(table, told)), sheet=sheet)
    return tuple(found.get(id(table), table) for table in plain)


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
    pairs = reference.load("ends")["bare"]
    words = {end: (*_ENDS[end], *(pair[at] for pair in pairs)) for at, end in enumerate(_ENDS)}
    found = {
        end: next((cells_of(table, name) for name in names if name in table.header), None)
        for end, names in words.items()
    }
    both = {end: cells for end, cells in found.items() if cells is not None}
    return both if len(both) == len(_ENDS) else {}


def _edges_of(tables: list[SourceTable]) -> list[SourceTable]:
    """The lists of edges, told by what they are called or by ids of other lists at their ends."""
    with_ends = [table for table in tables if _ends_of(table)]
    called = [table for table in with_ends if _last(table) in _EDGES]
    return called or [table for table in with_ends if _name_ids_of_others(table, tables)]


def _name_ids_of_others(table: SourceTable, tables: list[SourceTable]) -> bool:
    others = [other for other in tables if other is not table]
    return bool(_with_ids_of(others, pl.concat(list(_ends_of(table).values()))))


def _nodes_of(others: list[SourceTable], ends: pl.Series) -> list[SourceTable]:
    """The lists of the nodes that edges name, by what they are called or by what stands in them."""
    identified = _with_ids_of(others, ends)
    if identified:
        return identified
    return [table for table in others if _last(table) in _NODES][:1]


def _with_ids_of(tables: list[SourceTable], ends: pl.Series) -> list[SourceTable]:
    """The tables whose ids are most of what stands at `ends`, several kinds of nodes together."""
    wanted = ends.drop_nulls().unique()
    counted = [
        (table, int(wanted.is_in(cells_of(table, "id").implode()).sum()))
        for table in tables
        if "id" in table.header
    ]
    known = sum(count for _, count in counted)
    return [table for table, count in counted if count] if 2 * known > len(wanted) else []


def _as_nodes(table: SourceTable) -> SourceTable:
    return replace(table, sheet="graph.nodes") if _last(table) in _NODES else table


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
    """Name what each service of an AWS X-Ray service graph calls, which is told by numbers."""
    if not {"ReferenceId", "Name", "Edges"} <= set(table.header):
        return table
    called = dict(zip(cells_of(table, "ReferenceId"), cells_of(table, "Name"), strict=True))
    numbers = cells_of(table, "Edges").fill_null("").str.extract_all(r'"ReferenceId":\s*\d+')
    names = numbers.list.eval(
        pl.element().str.extract(r"(\d+)$", 1).replace_strict(called, default=None)
    )
    return add_columns(table, {"dependsOn": names.list.drop_nulls().list.join("\n")})


def _with_ids(nodes: SourceTable, ends: pl.Series) -> SourceTable:
    """Let the column with most of the ends of edges be the ids, or the places in the list."""
    wanted = ends.drop_nulls().unique().implode()
    places = pl.Series(range(nodes.records.height), dtype=pl.Int64).cast(pl.String)
    candidates = [places, *(cells_of(nodes, name) for name in nodes.header)]
    return add_columns(
        nodes, {"id": max(candidates, key=lambda cells: cells.is_in(wanted).sum() or 0)}
    )


def _last(table: SourceTable) -> str:
    return (table.sheet or "").rpartition(".")[2].lower()


def _without_data(table: SourceTable) -> SourceTable:
    """Call columns as they are called where libraries wrap what a node or edge says of itself."""
    names = tuple(_WRAPPED.sub("", name) for name in table.header)
    return replace(table, header=names) if len(set(names)) == len(names) else table


def _called(nodes: SourceTable) -> dict[str, str]:
    """The name of each node by its id."""
    labels = [cells_of(nodes, label) for label in _LABELS if label in nodes.header]
    columns = {str(at): cells for at, cells in enumerate([*labels, cells_of(nodes, "id")])}
    named = pl.DataFrame(columns).select(pl.coalesce(pl.all()).alias("name"))
    pairs = named.with_columns(cells_of(nodes, "id").alias("id")).drop_nulls()
    return dict(pairs.select("id", "name").iter_rows())
