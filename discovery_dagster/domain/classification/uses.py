"""What hosts are used for, as far as that tells their tier: what runs on them, and who connects.

Read from relations before they are edges, since what an asset is comes before what needs it. Which
use means which tier is data (`classification.yaml`, `uses`); it decides only where nothing is
stated and no name says it.
"""

from typing import Any, Final

import polars as pl

from discovery_dagster.domain.names.index import NameIndex
from discovery_dagster.domain.tables import InventoryAssets, InventoryMembers, RelationRecords
from discovery_dagster.domain.tables.words import Relation
from discovery_dagster.domain.texts import formatted
from discovery_dagster.reference import load

#: One row per asset whose use tells its tier; `use_code` is worded in `rationale`.
SCHEMA: Final = {
    "asset_id": pl.String(),
    "use": pl.String(),
    "use_confidence": pl.Float64(),
    "use_code": pl.String(),
}
_SIDES: Final = ("source", "target")


def observe(
    assets: InventoryAssets, relations: RelationRecords, members: InventoryMembers
) -> pl.DataFrame:
    """Return the tier that the use of each asset tells, where it does.

    Args:
        assets: `INVENTORY_ASSETS`.
        relations: `RELATION_RECORDS`.
        members: `INVENTORY_MEMBERS`.

    Returns:
        As `SCHEMA`, ordered by asset.
    """
    rules = load("classification")["uses"]
    ports = {port: tier for tier, listed in rules["ports"].items() for port in listed}
    types = sorted({rule["hosts"] for rule in rules["rules"] if "hosts" in rule})
    placed = (pl.col("relation") == Relation.RUNS_ON) & pl.col("source_type").is_in(types)
    connected = pl.col("relation").is_in([Relation.CONNECTS_TO, Relation.DEPENDS_ON]) & pl.col(
        "port"
    ).is_in(list(ports))
    telling = relations.filter(placed | connected).with_columns(
        of=pl.col("port").replace_strict(ports, default=None, return_dtype=pl.String)
    )
    uses = _with_assets(telling, assets, members)
    looking = _looking(uses, rules["most_reached"])
    uses = uses.join(looking, on=["source_end", "of"], how="anti", nulls_equal=True)
    parts = [_told(uses, rule).with_columns(rank=rank) for rank, rule in enumerate(rules["rules"])]
    every = pl.concat([part.with_columns(pl.col("rank").cast(pl.UInt32)) for part in parts])
    first = every.sort("asset_id", "rank").unique("asset_id", keep="first", maintain_order=True)
    return first.select(list(SCHEMA)).cast(pl.Schema(SCHEMA))


def _with_assets(
    relations: pl.DataFrame, assets: pl.DataFrame, members: pl.DataFrame
) -> pl.DataFrame:
    """Add to each relation `source_end` and `target_end`: the id of the asset, or what is written.

    And `source_asset` and `target_asset`, null where an end is no asset.
    """
    index = NameIndex.of(assets)
    own = members.select("record", stated="asset_id").unique("record")
    for side in _SIDES:
        ends = relations.select(
            name=side, address=f"{side}_address", type=f"{side}_type", record=f"{side}_record"
        )
        distinct = ends.unique(maintain_order=True).with_columns(scope=pl.lit(None, pl.String))
        resolved = index.resolve(distinct).join(own, on="record", how="left", maintain_order="left")
        assigned = resolved.select(
            *("name", "address", "type", "record"),
            pl.coalesce("stated", "asset_id").alias(f"{side}_asset"),
        )
        joined = ends.join(
            assigned, on=ends.columns, how="left", nulls_equal=True, maintain_order="left"
        )
        relations = relations.with_columns(joined[f"{side}_asset"]).with_columns(
            pl.coalesce(f"{side}_asset", side, f"{side}_address").alias(f"{side}_end")
        )
    return relations.filter(pl.col("source_end").ne_missing(pl.col("target_end")))


def _looking(uses: pl.DataFrame, most: int) -> pl.DataFrame:
    """Sources that connect to more than `most` others on ports of one tier."""
    counted = (
        uses.drop_nulls("of").group_by("source_end", "of").agg(pl.col("target_end").n_unique())
    )
    return counted.filter(pl.col("target_end") > most).select("source_end", "of")


def _told(uses: pl.DataFrame, rule: dict[str, Any]) -> pl.DataFrame:
    """The assets of which a rule holds, with its tier."""
    if "hosts" in rule:
        held = uses.filter(pl.col("of").is_null(), pl.col("source_type") == rule["hosts"])
        counted = _counted(held, "target", "source")
        code = formatted(f"tier:hosts/{rule['hosts']}/{{}}", "others")
    else:
        way = "reached_on" if "reached_on" in rule else "reaches"
        here, there = ("target", "source") if way == "reached_on" else _SIDES
        counted = _counted(uses.filter(of=rule[way]), here, there)
        code = formatted(f"tier:{way}/{{}}/{{}}", "port", "others")
    return counted.select(
        "asset_id",
        use=pl.lit(rule["tier"]),
        use_confidence=pl.lit(rule["confidence"], pl.Float64),
        use_code=code,
    )


def _counted(uses: pl.DataFrame, here: str, there: str) -> pl.DataFrame:
    """Per asset at one end how many `others` are at the other, and their commonest `port`."""
    return (
        uses.drop_nulls(f"{here}_asset")
        .sort("port")
        .group_by(asset_id=f"{here}_asset")
        .agg(
            others=pl.col(f"{there}_end").n_unique(),
            port=pl.col("port").mode(maintain_order=True).first(),
        )
    )
