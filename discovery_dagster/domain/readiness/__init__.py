"""Readiness: whether machines and databases can be moved as they are, and why not.

Facts with the cells that they stand on are gathered in `facts` and judged in `rules`; sizes are
derived in `sizing`. Facts, rules and targets are data (`readiness.yaml`, `targets.yaml`).
"""

from collections.abc import Iterable, Mapping

import polars as pl

from discovery_dagster.domain.readiness import facts, rules, sizing
from discovery_dagster.domain.tables import (
    READINESS,
    AssetReadiness,
    AssetRecords,
    ClassifiedAssets,
    InventoryMembers,
    conform,
)
from discovery_dagster.reference import load

__all__ = ["assess", "worst"]


def assess(
    assets: ClassifiedAssets, records: AssetRecords, members: InventoryMembers
) -> AssetReadiness:
    """Judge the readiness of assets.

    Args:
        assets: `CLASSIFIED_ASSETS`.
        records: `ASSET_RECORDS`.
        members: `INVENTORY_MEMBERS`.

    Returns:
        `READINESS`, one row per asset of a type that is judged (`readiness.yaml`), in the order of
        `assets`.
    """
    judged = assets.filter(pl.col("type").is_in(load("readiness")["types"]))
    known = facts.gather(judged, records, members)
    findings = rules.findings(judged, known)
    targets = pl.DataFrame({"target": list(load("targets"))})
    verdicts = (
        judged.select("asset_id")
        .join(targets, how="cross")
        .join(
            findings.group_by("asset_id", "target").agg("readiness"),
            on=["asset_id", "target"],
            how="left",
            maintain_order="left",
        )
        .with_columns(_worst(pl.col("readiness")).alias("readiness"))
    )
    by_asset = verdicts.group_by("asset_id", maintain_order=True).agg(
        pl.struct("target", "readiness").alias("targets"),
        pl.col("readiness").filter(pl.col("target") == rules.GENERIC).first().alias("readiness"),
    )
    listed = findings.group_by("asset_id", maintain_order=True).agg(
        pl.struct(list(rules.FINDINGS)[1:]).alias("findings")
    )
    rows = (
        judged.select("asset_id")
        .join(by_asset, on="asset_id", how="left", maintain_order="left")
        .join(listed, on="asset_id", how="left", maintain_order="left")
        .join(sizing.sizes(judged, known), on="asset_id", how="left", maintain_order="left")
        .with_columns(pl.col("findings").fill_null([]), pl.col("sizing").fill_null([]))
    )
    return conform(rows.select(list(READINESS)).cast(pl.Schema(dict(READINESS))), READINESS)


def worst(verdicts: Iterable[str]) -> str:
    """Return the verdict that counts of several: the first in their order, `unknown` of none."""
    place: Mapping[str, int] = {name: at for at, name in enumerate(load("readiness")["order"])}
    return min(verdicts, key=place.__getitem__, default="unknown")


def _worst(verdicts: pl.Expr) -> pl.Expr:
    """The same of lists; where nothing was found, the last in their order."""
    order = load("readiness")["order"]
    return pl.coalesce(
        *(pl.when(verdicts.list.contains(name)).then(pl.lit(name)) for name in order[:-1]),
        pl.lit(order[-1]),
    )
