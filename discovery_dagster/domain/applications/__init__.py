"""Applications: what they are called, what belongs to them, and what passes between them."""

from typing import TypedDict

from discovery_dagster.domain.applications.model import Deployments
from discovery_dagster.domain.tables import (
    Applications,
    AssetReadiness,
    ClassifiedAssets,
    Edges,
    Interfaces,
    PlanPlacements,
)

__all__ = ["Described", "describe"]


class Described(TypedDict):
    """The applications of a session, and what passes between them."""

    applications: Applications
    interfaces: Interfaces


def describe(
    assets: ClassifiedAssets,
    edges: Edges,
    deployments: Deployments,
    placements: PlanPlacements,
    ready: AssetReadiness,
) -> Described:
    """Describe the applications of a session.

    Args:
        assets: `CLASSIFIED_ASSETS`.
        edges: `EDGES`.
        deployments: of the session.
        placements: `PLAN_PLACEMENTS`.
        ready: `READINESS`.

    Returns:
        `applications` and `interfaces`, as `APPLICATIONS` and `INTERFACES`.
    """
    # The graph reads deployments, and these read what the graph says of evidence.
    from discovery_dagster.domain.applications import interfaces, listing

    between = interfaces.interfaces(edges, deployments)
    return {
        "applications": listing.applications(assets, deployments, between, placements, ready),
        "interfaces": between,
    }
