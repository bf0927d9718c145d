"""What does not move by the rules, such as hypervisors and what is retired (`moving.yaml`)."""

from typing import Final

import polars as pl

from discovery_dagster.domain.planning import rules
from discovery_dagster.reference import load

_MACHINES: Final = ("virtual_machine", "server")


def with_facts(assets: pl.DataFrame, edges: pl.DataFrame) -> pl.DataFrame:
    """Add the facts that the rules read beside those of an asset.

    Args:
        assets: as `strategy.with_facts` returns.
        edges: `EDGES`.

    Returns:
        `assets` with `carries_machines` and `application_retired`.
    """
    ends = assets.select("asset_id", "type", "os_family", "state", "stated_strategy")
    placed = edges.filter("resolved", pl.col("relation").is_in(["runs_on", "member_of"]))
    joined = placed.select("source_id", "target_id", "relation").join(
        ends, left_on="source_id", right_on="asset_id"
    )
    virtual = (pl.col("relation") == "runs_on") & (pl.col("type") == "virtual_machine")
    members = (pl.col("relation") == "member_of") & (pl.col("os_family") == "hypervisor")
    carrying = joined.filter(virtual | members)["target_id"].unique()
    retired = (pl.col("state") == "out_of_service") | (pl.col("stated_strategy") == "retire")
    serving = (
        edges.filter("resolved")
        .select("source_id", "target_id", "relation")
        .join(ends.filter(type="application"), left_on="source_id", right_on="asset_id")
        .filter(pl.col("relation").is_in(["runs_on", "depends_on"]))
        .join(
            ends.filter(pl.col("type").is_in([*_MACHINES, "database"])).select("asset_id"),
            left_on="target_id",
            right_on="asset_id",
        )
        .group_by("target_id")
        .agg(retired.fill_null(value=False).all().alias("retired"))
    )
    useless = serving.filter("retired")["target_id"]
    return assets.with_columns(
        carries_machines=pl.col("asset_id").is_in(carrying.implode()),
        application_retired=pl.col("asset_id").is_in(useless.implode()),
    )


def staying(assets: pl.DataFrame) -> pl.DataFrame:
    """Return what does not move by the rules.

    Args:
        assets: as `with_facts` returns.

    Returns:
        `asset_id`, `plan` (`retire`, `stays` or `later`), `strategy` (the hint that follows from
        it, or null) and `reason`, a sentence.
    """
    listed = load("moving")["rules"]
    first = pl.coalesce(
        pl.when(rules.holds(rule)).then(pl.lit(number, pl.UInt32))
        for number, rule in enumerate(listed)
    )
    reason = pl.coalesce(
        pl.when(first == number).then(rules.quoting(rule["reason"]))
        for number, rule in enumerate(listed)
    )

    def value_of(key: str) -> pl.Expr:
        words = {number: rule.get(key) for number, rule in enumerate(listed)}
        return first.replace_strict(words, return_dtype=pl.String)

    decided = assets.with_columns(
        plan=value_of("plan"), hinted=value_of("strategy"), reason=reason
    ).drop_nulls("plan")
    return decided.select("asset_id", "plan", "reason", strategy="hinted")
