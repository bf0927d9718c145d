"""Applications: what they are called, what belongs to them, and what passes between them."""

import polars as pl

__all__ = ["describe"]


def describe(
    assets: pl.DataFrame, edges: pl.DataFrame, placements: pl.DataFrame, ready: pl.DataFrame
) -> dict[str, pl.DataFrame]:
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
