"""What explains an asset, and what depends on it."""

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from discovery_dagster.api.lists import SESSION
from discovery_dagster.api.problems import NotFound, described
from discovery_dagster.api.routes.assets import Asset
from discovery_dagster.api.routes.dependencies import Evidence
from discovery_dagster.api.security import AssetOf, DatabaseOf, SessionOf
from discovery_dagster.store.reading import impact, why

router = APIRouter(tags=["inventory"])

_REFUSALS = described(401, 404, 429, 503)


class Edge(BaseModel):
    """An edge by its number in the session: the source needs the target."""

    edge: int
    source: str
    target: str
    source_id: str | None
    target_id: str | None
    relation: str
    port: int | None
    protocol: str | None
    service: str | None
    status: str
    confidence: float
    evidence: list[Evidence]


class ExplainedEdge(Edge):
    """An edge, and its evidence in words."""

    resolved: bool
    infrastructure: str | None
    why: str = Field(examples=["app-01 depends on db-07 (relations.csv line 2)"])


class Placed(BaseModel):
    """An asset and its place in the plan."""

    id: str
    name: str | None
    type: str
    environment: str | None
    criticality: str | None
    group: str | None
    wave: int | None


class Reached(Placed):
    """An asset that is reached along edges, the shortest way."""

    distance: int = Field(description="Edges on the way.")
    path: list[Edge] = Field(description="The way, the edge nearest to the asset first.")
    why: list[str] = Field(description="The same in words, with the evidence of each hop.")


class Direction(BaseModel):
    """All that is reached one way; the nearest are listed."""

    total: int
    assets: list[Reached]


class Impact(BaseModel):
    """What breaks when an asset stops, and what it needs itself."""

    asset: Placed
    needed_by: Direction
    needs: Direction
    infrastructure: int = Field(description="Edges with infrastructure, which are left out.")


class Placement(BaseModel):
    """The place of an asset in the plan, and why."""

    group: str | None
    wave: int | None
    reason: str | None
    strategy: str | None
    strategy_reason: str | None


class MoveGroup(BaseModel):
    """The group that an asset moves with."""

    group: str
    wave: int | None
    assets: list[str] = Field(description="Names.")
    reason: str
    cycle: bool


class GraphPlace(BaseModel):
    """The place of an asset in the graph of resolved dependencies."""

    component: int
    strong_component: int
    in_cycle: bool
    fan_in: int
    fan_out: int
    depth: int
    blast_radius: int | None
    hub: bool
    single_point: bool | None
    single_point_reason: str | None
    service: str | None
    service_reason: str | None


class Constraint(BaseModel):
    """A constraint on an asset, and why it does not hold, if it does not."""

    id: int
    kind: str
    sentence: str
    conflicts: list[str]


class Explanation(BaseModel):
    """Everything that explains an asset; null or empty where it was not made yet."""

    asset: Asset  # type: ignore[valid-type]
    placement: Placement
    group: MoveGroup | None
    graph: GraphPlace | None
    needs: list[ExplainedEdge]
    needed_by: list[ExplainedEdge]
    constraints: list[Constraint]


@router.get(f"{SESSION}/assets/{{asset}}/impact", response_model=Impact, responses=_REFUSALS)
def read_impact(asset: AssetOf, session: SessionOf, database: DatabaseOf) -> dict[str, Any]:
    """Say what needs an asset and what it needs, directly or indirectly, with the evidence."""
    document = impact.impact(database, session, asset)
    if document is None:
        raise NotFound
    return document


@router.get(f"{SESSION}/assets/{{asset}}/why", response_model=Explanation, responses=_REFUSALS)
def read_why(asset: AssetOf, session: SessionOf, database: DatabaseOf) -> dict[str, Any]:
    """Explain an asset: its type, its place in the plan, its dependencies, its constraints."""
    document = why.why(database, session, asset)
    if document is None:
        raise NotFound
    return document
