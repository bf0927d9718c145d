"""Who needs whom, and the graph of it."""

from collections.abc import Mapping
from typing import NewType

import polars as pl

from discovery_dagster.domain.tables.declaring import (
    PLACE,
    count,
    flag,
    numbers,
    objects,
    port,
    share,
    text,
    texts,
    total,
)
from discovery_dagster.domain.tables.table import Column, StepTable
from discovery_dagster.domain.tables.words import EdgeStatus, ReferenceWords, Side, Unresolved

_CANDIDATE: Mapping[str, Column] = {
    "id": text(doc="Id of the asset."),
    "name": text(nullable=True, doc="Name of the asset."),
}
_PROTOCOL = text(nullable=True, doc="Such as `tcp` or `udp`.")
_SERVICE = text(nullable=True, doc="Name of the port's service.")
_WHY = text(words=Unresolved, nullable=True, doc="Why it is no asset; null where it is one.")
_CANDIDATES = objects(
    _CANDIDATE,
    nullable=True,
    doc="Assets that it may be, where it is ambiguous; of many the first.",
)

Edges = NewType("Edges", pl.DataFrame)
EDGES = StepTable[Edges](
    "edges",
    doc="One row per edge: the source needs the target.",
    columns={
        "edge": count(key=True, doc="Number of the row, from 0."),
        "source": text(doc="Name of the asset, or the endpoint as written."),
        "target": text(doc="Name of the asset, or the endpoint as written."),
        "source_id": text(nullable=True, doc="Id of the asset; null when unresolved."),
        "target_id": text(nullable=True, doc="Id of the asset; null when unresolved."),
        "relation": text(words=ReferenceWords.RELATIONS, doc="How the source needs the target."),
        "port": port(doc="Port of the listening side."),
        "protocol": _PROTOCOL,
        "evidence": objects(
            {
                "kind": text(words=ReferenceWords.EVIDENCE_KINDS, doc="Kind of evidence."),
                **PLACE,
                "detail": text(nullable=True, doc="Such as the process that was seen."),
                "count": total(nullable=True, doc="Number of observations."),
                "first_seen": text(nullable=True, doc="First observation, ISO 8601."),
                "last_seen": text(nullable=True, doc="Last observation, ISO 8601."),
            },
            doc="What speaks for the edge; there is always something.",
        ),
        "confidence": share(doc="How sure the edge is, 0 to 1."),
        "status": text(words=EdgeStatus, doc="Which kinds of evidence speak for the edge."),
        "resolved": flag(doc="Whether both ends are assets."),
        "service": _SERVICE,
        "infrastructure": text(
            nullable=True,
            doc="Why it glues no groups together, such as `dns` or `remote_administration`.",
        ),
        "conflict": text(nullable=True, doc="What contradicts its direction, as a sentence."),
        "source_why": _WHY,
        "source_candidates": _CANDIDATES,
        "target_why": _WHY,
        "target_candidates": _CANDIDATES,
    },
)

Endpoints = NewType("Endpoints", pl.DataFrame)
ENDPOINTS = StepTable[Endpoints](
    "endpoints",
    doc="One row per subnet (or a name) and port of endpoints that are no assets.",
    columns={
        "subnet": text(doc="Subnet of an address; else the name."),
        "kind": text(words=Unresolved, doc="Why they are no assets."),
        "side": text(words=Side, doc="`target`: assets need it; `source`: it needs assets."),
        "port": port(doc="Port of the listening side."),
        "protocol": _PROTOCOL,
        "service": _SERVICE,
        "assets": count(doc="How many assets talk with it."),
        "count": total(doc="Connections and statements."),
        "number": count(doc="How many endpoints."),
        "endpoints": texts(doc="The first of them."),
        "first_seen": text(nullable=True, doc="First observation, ISO 8601."),
        "last_seen": text(nullable=True, doc="Last observation, ISO 8601."),
        "candidates": objects(
            {"endpoint": text(doc="The endpoint."), **_CANDIDATE},
            nullable=True,
            doc="Which asset each endpoint may be, where it is ambiguous; of many the first.",
        ),
    },
)

GraphNodes = NewType("GraphNodes", pl.DataFrame)
GRAPH_NODES = StepTable[GraphNodes](
    "graph_nodes",
    doc="One row per asset, as a node of the graph of resolved edges.",
    columns={
        "asset_id": text(key=True, doc="The asset."),
        "component": count(
            doc="Weakly connected component, numbered from 1 by size, then by first name."
        ),
        "strong_component": count(doc="Strongly connected component, numbered likewise."),
        "in_cycle": flag(doc="Whether it needs itself by way of others."),
        "fan_in": count(doc="How many assets need it directly."),
        "fan_out": count(doc="How many it needs directly."),
        "depth": count(doc="Longest chain of needs below it, cycles condensed."),
        "blast_radius": count(
            nullable=True, doc="How many assets need it, directly or not; null if uncounted."
        ),
        "hub": flag(doc="Whether unusually many assets need it directly."),
        "single_point": flag(
            nullable=True,
            doc="Whether others stop with it, and nothing stands in; null if not looked for.",
        ),
        "single_point_reason": text(nullable=True, doc="What stops with it."),
        "service": text(
            nullable=True, doc="Service that it gives to the whole estate, such as `dns`."
        ),
        "service_reason": text(nullable=True, doc="Why it is such a service."),
    },
)

Cycles = NewType("Cycles", pl.DataFrame)
CYCLES = StepTable[Cycles](
    "cycles",
    doc="One row per set of assets that need each other.",
    columns={
        "cycle": count(key=True, doc="The strongly connected component."),
        "assets": texts(doc="Names of its assets, sorted."),
        "asset_ids": texts(doc="Their ids, in the same order."),
        "edges": count(doc="How many edges it has."),
        "cuts": texts(
            nullable=True,
            doc="The cheapest edges to cut, in words; null where none are proposed.",
        ),
        "cut_edges": numbers(nullable=True, doc="Their numbers in `edges`."),
    },
)
