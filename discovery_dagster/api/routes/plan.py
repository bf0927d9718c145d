"""The plan, and what changed since the session before."""

from typing import Any

from fastapi import APIRouter
from pydantic import Field

from discovery_dagster.api.lists import Selection, Text, Values, add_list
from discovery_dagster.api.models import row_model
from discovery_dagster.domain.tables import shown
from discovery_dagster.store.reading import lists

router = APIRouter(tags=["plan"])


Group = row_model("Group", shown.GROUPS, "Assets that move together.")

Application = row_model("Application", shown.APPLICATIONS, "An application, with its deployments.")

Interface = row_model("Interface", shown.INTERFACES, "An application that needs another.")


Readiness = row_model(
    "Readiness",
    shown.READINESS,
    "Whether an asset can be moved as it is, and why not.",
    nullable=("environment",),
)


Wave = row_model("Wave", shown.WAVES, "Groups that move at one time.")


Coverage = row_model(
    "Coverage",
    shown.COVERAGE,
    "What is known of the dependencies of an asset of the plan.",
    nullable=("environment",),
)


Conflict = row_model(
    "Conflict",
    shown.CONFLICTS,
    "Constraints that cannot hold, or have no effect.",
    examples={"kind": "pin"},
)


Change = row_model(
    "Change",
    shown.CHANGES,
    "What is different from the session before.",
    nullable=("since",),
    types={"before": Any, "after": Any},
    examples={
        "change": "appeared",
    },
)


class GroupSelection(Selection):
    """Filters of groups."""

    group: Values
    wave: Values
    cycle: Values


class ApplicationSelection(Selection):
    """Filters of applications."""

    application_id: Values
    criticality: Values
    strategy: Values
    business_owner: Values
    readiness: Values
    wave: Text | None = Field(None, description="Applications with a deployment in this wave.")


class InterfaceSelection(Selection):
    """Filters of interfaces."""

    source_id: Values
    target_id: Values
    status: Values


class ReadinessSelection(Selection):
    """Filters of readiness."""

    id: Values
    type: Values
    environment: Values
    wave: Values
    readiness: Values
    rule: Text | None = Field(None, description="Assets of which this rule found something.")


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
add_list(router, lists.APPLICATIONS, ApplicationSelection, Application)
add_list(router, lists.INTERFACES, InterfaceSelection, Interface)
add_list(router, lists.READINESS, ReadinessSelection, Readiness)
add_list(router, lists.COVERAGE, CoverageSelection, Coverage)
add_list(router, lists.CONFLICTS, ConflictSelection, Conflict)
add_list(router, lists.CHANGES, ChangeSelection, Change)
