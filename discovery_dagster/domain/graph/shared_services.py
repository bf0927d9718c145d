"""Assets that serve the whole estate, such as name servers, monitoring, backup or jump hosts.

They are left out of groups by default: everything needs them, so they would glue all together.
A person can overrule each (`service ASSET yes|no`).
"""

from collections.abc import Mapping
from typing import Any, Final

import polars as pl

from discovery_dagster.domain.classification.tokens import words
from discovery_dagster.domain.tables import ClassifiedAssets, Edges
from discovery_dagster.domain.tables.words import Relation
from discovery_dagster.domain.texts import formatted
from discovery_dagster.reference import load

_SIDES: Final = {"in": ("target_id", "source_id"), "out": ("source_id", "target_id")}

#: One row per asset that serves the whole estate.
SCHEMA: Final = {"asset_id": pl.String(), "service": pl.String(), "service_reason": pl.String()}


def recognise(
    assets: ClassifiedAssets, edges: Edges, decisions: Mapping[str, tuple[bool, str]]
) -> pl.DataFrame:
    """Return the assets that serve the whole estate, with their role and why.

    Args:
        assets: `CLASSIFIED_ASSETS`.
        edges: `EDGES`.
        decisions: of a person, by asset: whether it is one, and the sentence that says so.

    Returns:
        As `SCHEMA`, one row per asset, ordered by it. A role is one of `infrastructure.yaml`, or
        `decided` where only a person says it.
    """
    rules = load("infrastructure")
    least = _least(rules["others"], assets.height)
    linked = edges.filter(
        "resolved", pl.col("relation").is_in([Relation.DEPENDS_ON, Relation.CONNECTS_TO])
    )
    known = assets.select("asset_id", text=words("name")).join(_meeting(linked), on="asset_id")
    kinds = set(linked["infrastructure"].unique())
    candidates = [
        _of_role(role, rule, linked, known, least, rules)
        for role, rule in rules["roles"].items()
        if kinds.intersection(rule["ports"])
    ]
    best = pl.concat([pl.DataFrame(schema={**SCHEMA, "others": pl.UInt32()}), *candidates]).sort(
        ["others", "service"], descending=[True, False]
    )
    best = best.unique("asset_id", keep="first", maintain_order=True).drop("others")
    overruled = [asset for asset, (is_one, _) in decisions.items() if not is_one]
    decided = [(asset, "decided", why) for asset, (is_one, why) in decisions.items() if is_one]
    known = best.filter(~pl.col("asset_id").is_in([*overruled, *(row[0] for row in decided)]))
    roles = dict(best.select("asset_id", "service").iter_rows())
    rows = [(asset, roles.get(asset, role), f"{why}.") for asset, role, why in decided]
    own = pl.DataFrame(rows, schema=SCHEMA, orient="row")
    return pl.concat([known, own]).sort("asset_id")


def overrule(edges: Edges, decisions: Mapping[str, tuple[bool, str]]) -> Edges:
    """Let connections tie that are infrastructure only by what a person denies of an asset.

    Whether it is the client or the listener that serves hangs on the role that the port tells: a
    name server is asked, a jump host reaches out. Monitoring does both, and is the end that more
    others meet.

    Args:
        edges: `EDGES`.
        decisions: as `recognise` takes it.
    """
    denied = [asset for asset, (is_one, _) in decisions.items() if not is_one]
    kind = pl.col("infrastructure")
    rules = load("infrastructure")["roles"].values()
    outward = {port for rule in rules if rule.get("outward") for port in rule["ports"]}
    inward = {port for rule in rules if rule.get("inward", True) for port in rule["ports"]}
    met = [pl.col(there).n_unique().over(here, kind) for here, there in _SIDES.values()]
    reaching = kind.is_in(outward) & (~kind.is_in(inward) | (met[1] > met[0]))
    serving = pl.when(reaching).then("source_id").otherwise("target_id")
    overruled = serving.is_in(denied).fill_null(value=False) & (kind != "scanning")
    return Edges(
        edges.with_columns(infrastructure=pl.when(~overruled.fill_null(value=False)).then(kind))
    )


def _of_role(
    role: str,
    rule: Mapping[str, Any],
    linked: pl.DataFrame,
    known: pl.DataFrame,
    least: float,
    rules: Mapping[str, Any],
) -> pl.DataFrame:
    """The assets of one role, with the number of others that say it."""
    of_kind = pl.col("infrastructure").is_in(rule["ports"]).fill_null(False)
    named = pl.any_horizontal(
        pl.col("text").str.contains(f" {name} ", literal=True) for name in rule["names"]
    )
    sides = [
        side for side in _SIDES if rule.get({"in": "inward", "out": "outward"}[side], side == "in")
    ]
    parts = []
    for side in sides:
        here, there = _SIDES[side]
        counted = (
            linked.filter(of_kind)
            .group_by(asset_id=here)
            .agg(
                pl.col(there).n_unique().alias("others"),
                pl.col("service").drop_nulls().unique().sort().alias("services"),
            )
        )
        scored = counted.join(known, on="asset_id").with_columns(
            enough=(pl.col("others") >= least) & (not rule.get("only_named", False)),
            pure=pl.col("others") >= rule.get("purity", rules["purity"]) * pl.col("all"),
            named=named,
        )
        proven = pl.col("pure") & (
            pl.col("enough") | (pl.col("named") & (pl.col("others") >= rules["others"]["named"]))
        )
        way = "need it" if side == "in" else "are reached by it"
        name = pl.when("named").then(pl.lit(", as its name says")).otherwise(pl.lit(""))
        ports = pl.when(pl.col("services").list.len() > 0).then(
            formatted(" ({})", pl.col("services").list.head(4).list.join(", "))
        )
        parts.append(
            scored.filter(proven).select(
                "asset_id",
                pl.lit(role).alias("service"),
                formatted(
                    f"{{}} assets {way} for {role.replace('_', ' ')}{{}}{{}}.",
                    "others",
                    ports.fill_null(""),
                    name,
                ).alias("service_reason"),
                pl.col("others").cast(pl.UInt32),
            )
        )
    return pl.concat(parts)


def _meeting(linked: pl.DataFrame) -> pl.DataFrame:
    """How many others each asset meets, either way."""
    ways = [linked.select(asset_id=here, other=there) for here, there in _SIDES.values()]
    return pl.concat(ways).group_by("asset_id").agg(all=pl.col("other").n_unique())


def _least(rule: Mapping[str, Any], assets: int) -> float:
    return float(min(max(rule["share"] * assets, rule["least"]), rule["most"]))
