"""What does not move by the rules, such as hypervisors and what is retired (`moving.yaml`)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final

import polars as pl

from discovery_dagster.domain.applications.model import Deployments, Membership
from discovery_dagster.domain.planning import rules
from discovery_dagster.domain.tables import Edges
from discovery_dagster.domain.tables.words import AssetType, Relation
from discovery_dagster.reference import load

#: Types of what is of no use without its applications.
_SERVING: Final = (AssetType.VIRTUAL_MACHINE, AssetType.SERVER, AssetType.DATABASE)


def with_facts(assets: pl.DataFrame, edges: Edges, deployments: Deployments) -> pl.DataFrame:
    """Add the facts that the rules read beside those of an asset.

    Args:
        assets: as `strategy.with_facts` returns.
        edges: `EDGES`.
        deployments: of the session.

    Returns:
        `assets` with `carries_machines`; `idle`, true of what serves no application and has no
        needs but for its place; `application_retired` and `serves`: where its applications are
        to be retired, what they are called, and how it is known to serve them where that is only
        proposed.
    """
    ends = assets.select("asset_id", "type", "os_family", "state", "stated_strategy")
    placed = edges.filter(
        "resolved", pl.col("relation").is_in([Relation.RUNS_ON, Relation.MEMBER_OF])
    )
    joined = placed.select("source_id", "target_id", "relation").join(
        ends, left_on="source_id", right_on="asset_id"
    )
    virtual = (pl.col("relation") == Relation.RUNS_ON) & (
        pl.col("type") == AssetType.VIRTUAL_MACHINE
    )
    members = (pl.col("relation") == Relation.MEMBER_OF) & (pl.col("os_family") == "hypervisor")
    carrying = joined.filter(virtual | members)["target_id"].unique()
    placing = [Relation.RUNS_ON, Relation.MEMBER_OF, Relation.USES_STORAGE]
    needs = edges.filter("resolved", ~pl.col("relation").is_in(placing))
    busy = pl.concat([needs["source_id"], needs["target_id"]]).unique()
    serving = {one.asset for one in deployments.memberships}
    useless = _useless(ends, deployments)
    return assets.with_columns(
        carries_machines=pl.col("asset_id").is_in(carrying.implode()),
        idle=~pl.col("asset_id").is_in(busy.implode()) & ~pl.col("asset_id").is_in(list(serving)),
        application_retired=pl.col("asset_id").is_in(list(useless)),
        serves=pl.col("asset_id").replace_strict(useless, default=None, return_dtype=pl.String),
    )


def _useless(ends: pl.DataFrame, deployments: Deployments) -> dict[str, str]:
    """Machines and databases all of whose applications are to be retired, with these in words."""
    retired = (pl.col("state") == "out_of_service") | (pl.col("stated_strategy") == "retire")
    ended = set(ends.filter(retired, type=AssetType.APPLICATION)["asset_id"])
    serving = set(ends.filter(pl.col("type").is_in(_SERVING))["asset_id"])
    served: dict[str, list[Membership]] = defaultdict(list)
    for one in deployments.memberships:
        if one.asset in serving:
            served[one.asset].append(one)
    return {
        asset: _listed(own, deployments.names)
        for asset, own in served.items()
        if all(one.application in ended for one in own)
    }


def _listed(memberships: Sequence[Membership], names: Mapping[str, str]) -> str:
    words = {
        one.application: f"{names[one.application]} (proposed: {one.evidence})"
        if one.proposed
        else names[one.application]
        for one in reversed(memberships)
    }
    return ", ".join(sorted(words.values()))


def staying(assets: pl.DataFrame) -> pl.DataFrame:
    """Return what does not move by the rules.

    Args:
        assets: as `with_facts` returns.

    Returns:
        `asset_id`, `plan` (`retire`, `stays` or `later`), `strategy` (the hint that follows from
        it, or null) and `reason`, a sentence.
    """
    listed = load("moving")["rules"]
    answers = rules.answered(assets, listed)

    def value_of(key: str) -> pl.Series:
        words = {number: rule.get(key) for number, rule in enumerate(listed)}
        return answers["number"].replace_strict(words, return_dtype=pl.String)

    decided = assets.select(
        "asset_id",
        plan=value_of("plan"),
        reason=answers["reason"],
        strategy=value_of("strategy"),
    )
    return decided.drop_nulls("plan")
