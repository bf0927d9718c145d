"""How much is known of each asset's dependencies, and over which time it was observed."""

import polars as pl

from discovery_dagster.domain.graph.ties import planned
from discovery_dagster.domain.tables import (
    PLAN_COVERAGE,
    ClassifiedAssets,
    Edges,
    PlanCoverage,
    conform,
)

_KINDS = ("declared", "observed", "inferred")


def coverage(assets: ClassifiedAssets, edges: Edges) -> PlanCoverage:
    """Return for each asset of the plan how many edges speak of it, by kind of evidence.

    Args:
        assets: `CLASSIFIED_ASSETS`.
        edges: `EDGES`; those with an end that is no asset count for the other.

    Returns:
        `PLAN_COVERAGE`, ordered by name, then id.
    """
    piece = pl.col("evidence").struct.field
    pieces = (
        edges.select("edge", "evidence")
        .explode("evidence")
        .select("edge", kind=piece("kind"), first=piece("first_seen"), last=piece("last_seen"))
        .group_by("edge")
        .agg(
            *((pl.col("kind") == kind).any().alias(kind) for kind in _KINDS),
            pl.col("first").min(),
            pl.col("last").max(),
        )
    )
    ends = pl.concat(
        [
            edges.select("edge", asset_id=f"{end}_id").drop_nulls("asset_id")
            for end in ("source", "target")
        ]
    )
    counted = (
        ends.unique(["edge", "asset_id"])
        .join(pieces, on="edge")
        .group_by("asset_id")
        .agg(
            *(pl.col(kind).sum().cast(pl.UInt32) for kind in _KINDS),
            pl.col("first").min().alias("first_seen"),
            pl.col("last").max().alias("last_seen"),
        )
    )
    rows = (
        planned(assets)
        .select("asset_id")
        .join(counted, on="asset_id", how="left", maintain_order="left")
    )
    rows = rows.with_columns(pl.col(_KINDS).fill_null(0)).with_columns(
        evidence=pl.any_horizontal(pl.col(kind) > 0 for kind in _KINDS)
    )
    return conform(rows.select(list(PLAN_COVERAGE)), PLAN_COVERAGE)
