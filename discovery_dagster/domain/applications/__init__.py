"""Applications: what they are called, what belongs to them, and what passes between them."""

from typing import TypedDict

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
    assets: ClassifiedAssets, edges: Edges, placements: PlanPlacements, ready: AssetReadiness
) -> Described:
    """Describe the applications of a session.

    Args:
        assets: `CLASSIFIED_ASSETS`.
        edges: `EDGES`.
        placements: `PLAN_PLACEMENTS`.
        ready: `READINESS`.

    Returns:
        `applications` and `interfaces`, as `APPLICATIONS` and `INTERFACES`.
    """
    # The graph reads deployments, and these read what the graph says of evidence.
    from discovery_dagster.domain.applications import deployments, interfaces, listing

    deployed = deployments.find(assets, edges)
    between = interfaces.interfaces(edges, deployed)
    return {
        "applications": listing.applications(assets, deployed, between, placements, ready),
        "interfaces": between,
    }
