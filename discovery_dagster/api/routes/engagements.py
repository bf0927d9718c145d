"""Engagements that the viewer may see, with what they have."""

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel, Field

from discovery_dagster.api.problems import NotFound, described
from discovery_dagster.api.security import DatabaseOf, EngagementOf, ViewerOf
from discovery_dagster.store.reading import engagements

router = APIRouter(tags=["engagements"])


class Engagement(BaseModel):
    """An engagement and the roll-up of its sessions."""

    engagement: str = Field(examples=["acme.dc-exit"])
    client: str = Field(examples=["acme"])
    archived: bool
    created_at: datetime
    sessions: int = Field(description="How many sessions it has.", examples=[2])
    latest_session: str | None = Field(examples=["s002"])


class Engagements(BaseModel):
    """All engagements that the viewer may see."""

    items: list[Engagement]


@router.get("/engagements", responses=described(401, 429, 503))
def list_engagements(viewer: ViewerOf, database: DatabaseOf) -> Engagements:
    """List the engagements that the token may see."""
    rows = engagements.visible(database, viewer.scope)
    return Engagements(items=[Engagement.model_validate(row) for row in rows])


@router.get("/engagements/{engagement}", responses=described(401, 404, 429, 503))
def read_engagement(engagement: EngagementOf, database: DatabaseOf) -> Engagement:
    """Read one engagement."""
    row = engagements.one(database, engagement)
    if row is None:
        raise NotFound
    return Engagement.model_validate(row)
