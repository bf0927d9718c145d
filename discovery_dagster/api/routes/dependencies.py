"""Who needs whom, with the evidence."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from discovery_dagster.api.downloads import DownloadOf
from discovery_dagster.api.freshness import Fresh
from discovery_dagster.api.lists import SESSION, Selection, Text, Values, add_list
from discovery_dagster.api.problems import described
from discovery_dagster.api.security import DatabaseOf, SessionOf
from discovery_dagster.domain.graph import graphml
from discovery_dagster.store import exports
from discovery_dagster.store.reading import lists

router = APIRouter(tags=["dependencies"])


class Evidence(BaseModel):
    """A piece of evidence of an edge."""

    model_config = ConfigDict(extra="allow")

    kind: str = Field(description="`declared`, `observed` or `inferred`.")
    file: str
    line: int
    detail: str | None
    count: int | None


class Candidate(BaseModel):
    """An asset that an ambiguous endpoint may be."""

    id: str
    name: str | None


_WHY = "Why it is no asset: `ambiguous`, `unmatched`, `external`, `broadcast` or `local`."
_CANDIDATES = "Assets that it may be, where it is ambiguous; of many the first."


class Dependency(BaseModel):
    """An edge: the source needs the target."""

    source: str = Field(description="Asset name, or the endpoint as written.")
    target: str
    source_id: str | None = Field(description="Null when unresolved.")
    target_id: str | None
    relation: str = Field(examples=["depends_on"])
    port: int | None = Field(examples=[5432])
    protocol: str | None = Field(examples=["tcp"])
    evidence: list[Evidence]
    confidence: float
    status: str = Field(examples=["confirmed"])
    resolved: bool
    service: str | None
    infrastructure: str | None
    conflict: str | None = Field(description="What contradicts it.")
    source_why: str | None = Field(description=_WHY)
    source_candidates: list[Candidate] | None = Field(description=_CANDIDATES)
    target_why: str | None = Field(description=_WHY)
    target_candidates: list[Candidate] | None = Field(description=_CANDIDATES)


class DependencySelection(Selection):
    """Filters of dependencies."""

    asset_id: Text | None = Field(None, description="Edges from or to this asset.")
    why: Text | None = Field(None, description="Edges with an end that is no asset for this cause.")
    source: Values
    target: Values
    source_id: Values
    target_id: Values
    relation: Values
    port: Values
    protocol: Values
    service: Values
    status: Values
    resolved: Values
    infrastructure: Values


add_list(router, lists.DEPENDENCIES, DependencySelection, Dependency)


class EndpointCandidate(Candidate):
    """An asset that an ambiguous endpoint may be."""

    endpoint: str


class Endpoint(BaseModel):
    """A subnet (or a name) and port of endpoints that are in no inventory."""

    subnet: str = Field(examples=["10.20.30.0/24"])
    kind: str = Field(description=_WHY)
    side: str = Field(description="`target`: assets need it; `source`: it needs assets.")
    port: int | None
    protocol: str | None
    service: str | None
    assets: int = Field(description="How many assets talk with it.")
    count: int = Field(description="Connections and statements.")
    number: int = Field(description="How many endpoints.")
    endpoints: list[str] = Field(description="The first of them.")
    first_seen: str | None
    last_seen: str | None
    candidates: list[EndpointCandidate] | None = Field(description=_CANDIDATES)


class EndpointSelection(Selection):
    """Filters of endpoints."""

    subnet: Values
    kind: Values
    side: Values
    port: Values
    protocol: Values
    service: Values


class Cycle(BaseModel):
    """Assets that need each other and move together."""

    cycle: int = Field(description="The strong component of the graph.")
    assets: list[str] = Field(description="Names.")
    asset_ids: list[str]
    edges: int
    cuts: list[str] | None = Field(description="The cheapest edges to cut, in words.")
    cut_edges: list[int] | None


class CycleSelection(Selection):
    """Filters of cycles."""

    asset_id: Text | None = Field(None, description="Cycles that this asset is in.")


add_list(router, lists.ENDPOINTS, EndpointSelection, Endpoint)
add_list(router, lists.CYCLES, CycleSelection, Cycle)


class Node(BaseModel):
    """An asset in the graph of resolved dependencies."""

    id: str
    name: str | None
    type: str
    component: int
    strong_component: int
    in_cycle: bool
    fan_in: int = Field(description="How many assets need it directly.")
    fan_out: int
    depth: int
    blast_radius: int | None = Field(description="How many need it, directly or not.")
    hub: bool
    single_point: bool | None = Field(description="Whether the map falls apart without it.")
    single_point_reason: str | None
    service: str | None = Field(description="Shared service that it gives.")
    service_reason: str | None


class Graph(BaseModel):
    """The graph of resolved dependencies."""

    nodes: list[Node]
    edges: list[Dependency]


@router.get(f"{SESSION}/graph", response_model=Graph, responses=described(304, 401, 404, 429, 503))
def read_graph(session: SessionOf, database: DatabaseOf, etag: Fresh) -> dict[str, Any]:
    """Read the whole graph."""
    return exports.graph(database, session)


@router.get(
    f"{SESSION}/graph.graphml",
    response_class=StreamingResponse,
    responses={
        200: {"description": "The graph as GraphML.", "content": {"application/xml": {}}},
        **described(304, 401, 404, 429, 503),
    },
)
def read_graphml(
    session: SessionOf, database: DatabaseOf, etag: Fresh, of_token: DownloadOf
) -> StreamingResponse:
    """Read the whole graph as GraphML."""
    found = exports.graph(database, session)
    name = f"{session.engagement}-{session.session}-graph.graphml"
    lines = (line.encode() for line in graphml.write(found["nodes"], found["edges"]))
    return of_token.answer(lines, "application/xml", name, etag)
