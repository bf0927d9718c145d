"""Dependencies between move groups and waves, counted."""

import polars as pl

from discovery_dagster.domain.tables import (
    Applications,
    ClassifiedAssets,
    Edges,
    GraphNodes,
    PlanPlacements,
)
from discovery_dagster.reference import load

#: Where merely being placed is why a dependency is of shared infrastructure.
_PLACEMENT = "placement"


def between_groups(
    edges: Edges,
    placements: PlanPlacements,
    assets: ClassifiedAssets,
    nodes: GraphNodes,
    applications: Applications,
) -> pl.DataFrame:
    """Count the dependencies between different groups by both and by shared infrastructure.

    What a machine is merely placed on, such as a cluster, and what serves the whole estate is
    shared infrastructure, too. An application moves with one of its deployments; that others serve
    it breaks no need of it.

    Args:
        edges: `source, target, source_id, target_id, relation, infrastructure` of `EDGES`.
        placements: `asset_id, group, wave` of `PLAN_PLACEMENTS`.
        assets: `asset_id, type` of `CLASSIFIED_ASSETS`.
        nodes: `asset_id, service` of `GRAPH_NODES`.
        applications: `application_id, memberships` of `APPLICATIONS`.

    Returns:
        `source, target` (groups), `source_wave, target_wave, infrastructure` (null of none),
        `edges` (how many) and the first of them as `from, relation, to`.
    """
    about = (
        placements.lazy()
        .drop_nulls("group")
        .select("asset_id", "group", "wave")
        .join(assets.lazy().select("asset_id", "type"), on="asset_id")
        .join(nodes.lazy().select("asset_id", "service"), on="asset_id", how="left")
    )
    served = (
        applications.lazy()
        .select("application_id", "memberships")
        .explode("memberships")
        .select(
            source_id="application_id",
            target_id=pl.col("memberships").struct.field("asset_id"),
            serves=pl.lit(True),
        )
        .unique()
    )
    placed = pl.any_horizontal(_loose(), pl.col("serves").fill_null(False))
    return (
        edges.lazy()
        .select(
            "source_id", "target_id", "relation", "infrastructure",
            **{"from": "source", "to": "target"},
        )
        .join(about.rename(lambda name: f"source_{name}"), left_on="source_id",
              right_on="source_asset_id", maintain_order="left")
        .join(about.rename(lambda name: f"target_{name}"), left_on="target_id",
              right_on="target_asset_id", maintain_order="left")
        .filter(pl.col("source_group") != pl.col("target_group"))
        .join(served, on=["source_id", "target_id"], how="left", maintain_order="left")
        .with_columns(
            infrastructure=pl.coalesce(
                "infrastructure",
                pl.when(placed).then(pl.lit(_PLACEMENT)),
                "source_service",
                "target_service",
            ),
        )
        .group_by(
            source="source_group", target="target_group", source_wave="source_wave",
            target_wave="target_wave", infrastructure="infrastructure",
        )
        .agg(pl.len().alias("edges"), pl.col("from", "relation", "to").first())
        .sort("source_wave", "target_wave", "source", "target", "infrastructure", nulls_last=True)
        .collect()
    )  # fmt: skip


def between_waves(groups: pl.DataFrame) -> pl.DataFrame:
    """Count the dependencies between different waves.

    Args:
        groups: what `between_groups` returns.

    Returns:
        `source_wave, target_wave, edges, infrastructure` (how many of the edges are of shared
        infrastructure) and an example, of none where there is one, as `from, relation, to`. Those
        of most edges that are of none come first.
    """
    shared = pl.col("infrastructure").is_not_null()
    return (
        groups.filter(pl.col("source_wave") != pl.col("target_wave"))
        .sort(shared, maintain_order=True)
        .group_by("source_wave", "target_wave", maintain_order=True)
        .agg(
            pl.col("edges").sum(),
            pl.col("edges").filter(shared).sum().alias("infrastructure"),
            pl.col("from", "relation", "to").first(),
        )
        .sort(
            pl.col("edges") - pl.col("infrastructure"), "edges", "source_wave", "target_wave",
            descending=[True, True, False, False],
        )
    )  # fmt: skip


def late(groups: pl.DataFrame) -> pl.DataFrame:
    """Return the needs of a later wave that are of no shared infrastructure, most edges first.

    Args:
        groups: what `between_groups` returns; the rows are of the same columns.
    """
    return groups.filter(
        pl.col("source_wave") < pl.col("target_wave"), pl.col("infrastructure").is_null()
    ).sort("edges", descending=True, maintain_order=True)


def _loose() -> pl.Expr:
    """Whether an edge is a placement that ties nothing (`planning.yaml`)."""
    return pl.any_horizontal(
        pl.lit(False),
        *(
            (pl.col("relation") == rule["relation"])
            & pl.col("source_type").is_in(rule["source"])
            & pl.col("target_type").is_in(rule["target"])
            for rule in load("planning")["loose_placements"]
        ),
    )
