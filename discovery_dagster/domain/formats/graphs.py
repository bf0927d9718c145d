"""Graphs of services: lists of nodes and of edges in one JSON document, and weighted edge lists.

The nodes' own names stand in the place of the numbers by which edges name them. As D3, Cytoscape
and service graphs write them (`nodes` with `edges` or `links`, each perhaps below `data`).
"""

import re
from dataclasses import replace
from typing import Final

import polars as pl

from discovery_dagster.domain.formats.base import Kind, Rule, TableFormat
from discovery_dagster.domain.formats.reshaping import add_columns, cells_of
from discovery_dagster.domain.tables import SourceTable

_LABELS: Final = ("name", "label", "title", "service", "app", "workload")
_ENDS: Final = {
    "source": ("source", "from", "caller", "src", "source_id", "sourceId", "start", "startNode",
               "tail", "v"),
    "target": ("target", "to", "callee", "dst", "target_id", "targetId", "end", "endNode", "head",
               "w"),
}  # fmt: skip
_WRAPPED: Final = re.compile(r"^(?:data|attributes|properties)\.")
_NODES: Final = frozenset({"nodes", "vertices", "services"})
_EDGES: Final = frozenset({"edges", "links", "connections", "relationships"})

NODES = TableFormat(
    name="graph.nodes",
    kind=Kind.ASSETS,
    sheets=frozenset({"graph nodes"}),
    columns={
        "name": Rule("name"),
        "label": Rule("name", order=1),
        "title": Rule("name", order=2),
        "service": Rule("name", order=3),
        "app": Rule("name", order=4),
        "workload": Rule("name", order=5),
        "id": Rule("name", order=9),
        "type": Rule("declared_type"),
        "kind": Rule("declared_type", order=1),
    },
    synonyms=False,
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
        "weight": Rule("unmapped"),  # of what is not said
    },
    relation="depends_on",
    address_relation="runs_on",  # a service beside the address of the node that it is placed on
    synonyms=False,
)

FORMATS = (NODES, EDGES)


def reshape(tables: tuple[SourceTable, ...]) -> tuple[SourceTable, ...]:
    """Where a file has nodes and edges, let the edges name their ends as the nodes are called."""
    plain = {_last(table): _without_data(table) for table in tables}
    nodes = next((plain[sheet] for sheet in sorted(_NODES & plain.keys())), None)
    edges = next((plain[sheet] for sheet in sorted(_EDGES & plain.keys())), None)
    if nodes is None or edges is None:
        return tuple(_with_needs(table) for table in tables)
    found = {
        end: next((cells_of(edges, name) for name in names if name in edges.header), None)
        for end, names in _ENDS.items()
    }
    named = {end: cells for end, cells in found.items() if cells is not None}
    if len(named) < len(_ENDS):
        return tables
    if "id" not in nodes.header:
        nodes = add_columns(nodes, {"id": _ids(nodes, pl.concat(list(named.values())))})
    called = _called(nodes)
    ends = {end: cells.replace(called) for end, cells in named.items()}
    others = [table for table in tables if _last(table) not in _NODES | _EDGES]
    return (
        replace(nodes, sheet="graph.nodes"),
        replace(add_columns(edges, ends), sheet="graph.edges"),
        *others,
    )


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


def _called(nodes: SourceTable) -> dict[str, str]:
    """The name of each node by its id."""
    labels = [cells_of(nodes, label) for label in _LABELS if label in nodes.header]
    columns = {str(at): cells for at, cells in enumerate([*labels, cells_of(nodes, "id")])}
    named = pl.DataFrame(columns).select(pl.coalesce(pl.all()).alias("name"))
    pairs = named.with_columns(cells_of(nodes, "id").alias("id")).drop_nulls()
    return dict(pairs.select("id", "name").iter_rows())
