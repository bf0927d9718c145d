"""Who needs whom, with the evidence."""

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from discovery_dagster.api.lists import Selection, Values, add_list
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


class DependencySelection(Selection):
    """Filters of dependencies."""

    asset_id: str | None = Field(None, description="Edges from or to this asset.")
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
