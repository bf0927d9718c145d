"""The plan, and what changed since the session before."""

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from discovery_dagster.api.lists import Selection, Values, add_list
from discovery_dagster.store.reading import lists

router = APIRouter(tags=["plan"])


class Group(BaseModel):
    """Assets that move together."""

    group: str
    assets: list[str] = Field(description="Names.")
    reason: str
    cycle: bool
    wave: int | None


class Wave(BaseModel):
    """Groups that move at one time."""

    wave: int
    groups: list[str]
    assets: int
    reason: str


class Coverage(BaseModel):
    """What is known of the dependencies of an asset of the plan."""

    id: str
    name: str | None
    type: str
    environment: str | None
    wave: int | None
    evidence: bool = Field(description="Whether there is any at all.")
    declared: int = Field(description="Edges with evidence of this kind.")
    observed: int
    inferred: int
    first_seen: str | None = Field(description="Of what was observed, ISO 8601.")
    last_seen: str | None


class Conflict(BaseModel):
    """What people set that cannot hold, or has no effect."""

    constraint: int
    kind: str = Field(examples=["pin"])
    sentence: str = Field(description="What was set, and by whom.")
    message: str = Field(description="Why it does not hold.")


class Change(BaseModel):
    """What is different from the session before."""

    change: str = Field(examples=["appeared"])
    asset_id: str | None
    name: str | None
    field: str | None
    before: Any
    after: Any
    what: str
    relation: str | None
    target_id: str | None
    target: str | None
    port: int | None
    protocol: str | None
    since: str | None


class GroupSelection(Selection):
    """Filters of groups."""

    group: Values
    wave: Values
    cycle: Values


class CoverageSelection(Selection):
    """Filters of coverage."""

    id: Values
    type: Values
    environment: Values
    wave: Values
    evidence: Values


class ConflictSelection(Selection):
    """Filters of conflicts."""

    constraint: Values
    kind: Values


class ChangeSelection(Selection):
    """Filters of changes."""

    change: Values
    what: Values
    field: Values
    asset_id: Values


add_list(router, lists.GROUPS, GroupSelection, Group)
add_list(router, lists.WAVES, Selection, Wave)
add_list(router, lists.COVERAGE, CoverageSelection, Coverage)
add_list(router, lists.CONFLICTS, ConflictSelection, Conflict)
add_list(router, lists.CHANGES, ChangeSelection, Change)
