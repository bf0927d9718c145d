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


class ChangeSelection(Selection):
    """Filters of changes."""

    change: Values
    what: Values
    field: Values
    asset_id: Values


add_list(router, lists.GROUPS, GroupSelection, Group)
add_list(router, lists.WAVES, Selection, Wave)
add_list(router, lists.CHANGES, ChangeSelection, Change)
