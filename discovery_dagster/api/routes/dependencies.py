"""Dependencies, with the evidence."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from discovery_dagster.api.downloads import DownloadOf
from discovery_dagster.api.freshness import Fresh
from discovery_dagster.api.lists import SESSION, Selection, Text, Values, add_list
from discovery_dagster.api.models import row_model
from discovery_dagster.api.problems import described
from discovery_dagster.api.security import DatabaseOf, SessionOf
from discovery_dagster.domain.graph import graphml
from discovery_dagster.domain.tables import shown
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


Dependency = row_model(
    "Dependency",
    shown.DEPENDENCIES,
    "An edge: the source needs the target.",
    types={
        "evidence": list[Evidence],
        "source_candidates": list[Candidate],
        "target_candidates": list[Candidate],
    },
    examples={
        "relation": "depends_on",
        "port": 5432,
        "protocol": "tcp",
        "status": "confirmed",
    },
)


class DependencySelection(Selection):
    """Filters of dependencies."""

    asset_id: Text | None = Field(None, description="Edges from or to this asset.")
    why: Text | None = Field(
        None, description="Edges with an endpoint that is not an asset for this reason."
    )
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


Endpoint = row_model(
    "Endpoint",
    shown.ENDPOINTS,
    "A subnet (or a name) and port of unmatched and external endpoints.",
    types={"candidates": list[EndpointCandidate]},
    examples={
        "subnet": "10.20.30.0/24",
    },
)


class EndpointSelection(Selection):
    """Filters of endpoints."""

    subnet: Values
    kind: Values
    side: Values
    port: Values
    protocol: Values
    service: Values


Cycle = row_model(
    "Cycle", shown.CYCLES, "A circular dependency: assets that need each other and move together."
)


class CycleSelection(Selection):
    """Filters of circular dependencies."""

    asset_id: Text | None = Field(None, description="Circular dependencies that this asset is in.")


add_list(router, lists.ENDPOINTS, EndpointSelection, Endpoint)
add_list(router, lists.CYCLES, CycleSelection, Cycle)


Node = row_model("Node", shown.NODES, "An asset in the graph of resolved dependencies.")


class Graph(BaseModel):
    """The graph of resolved dependencies."""

    nodes: list[Node]  # type: ignore[valid-type]
    edges: list[Dependency]  # type: ignore[valid-type]


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
    document = exports.graph(database, session)
    name = f"{session.engagement}-{session.session}-graph.graphml"
    lines = (line.encode() for line in graphml.write(document["nodes"], document["edges"]))
    return of_token.answer(lines, "application/xml", name, etag)
