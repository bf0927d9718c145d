"""Classification: what each asset is, judged by rules that are data, each answer with its reason.

Not enough evidence gives `unknown`. What people decide, and what a model proposes, is not here.
"""

from collections.abc import Callable
from datetime import date

import polars as pl

from discovery_dagster.domain.classification.components import judge_lifecycle
from discovery_dagster.domain.classification.profiles import Profiles, has_host_facts
from discovery_dagster.domain.classification.questions import open_assets
from discovery_dagster.domain.classification.rationale import sentences
from discovery_dagster.domain.classification.rules import neutral_words
from discovery_dagster.domain.classification.software import recognise, recognise_products
from discovery_dagster.domain.classification.tokens import ending, words
from discovery_dagster.domain.classification.types import judge_types
from discovery_dagster.domain.classification.vocabulary import (
    judge_criticality,
    judge_environment,
    judge_tier,
)
from discovery_dagster.domain.frames import JUDGED_ASSETS, conform
from discovery_dagster.reference import load

__all__ = ["classify", "judge", "open_assets", "sentences"]

#: Profiles that are judged at a time: enough for the fixed cost of a rule not to count, few enough
#: to say every second or two how far it is.
_SLICE = 20_000


def _unheard(_done: int, _total: int) -> None:
    """Nobody wants to know."""


def classify(
    assets: pl.DataFrame, as_of: date, report: Callable[[int, int], None] = _unheard
) -> pl.DataFrame:
    """Judge type, tier, environment, criticality, operating system and end of life.

    Args:
        assets: rows in `INVENTORY_ASSETS`.
        as_of: the day on which support is judged.
        report: told how many of how many different profiles are judged.

    Returns:
        The same rows in the same order in `JUDGED_ASSETS`.
    """
    profiles = Profiles.of(assets)
    firsts = assets[profiles.firsts]
    parts = []
    for slice_ in firsts.iter_slices(_SLICE) if firsts.height else [firsts]:
        parts.append(judge(slice_, as_of))
        report(sum(part.height for part in parts), firsts.height)
    judged = profiles.spread(pl.concat(parts))
    as_written = assets.select(
        pl.col(field).alias(f"{field}_text")
        for field in ("os_name", "environment", "criticality", "tier")
    )
    system = pl.coalesce(judged["label"], assets["os_name"])
    version = pl.when(judged["recognised"]).then(judged["version"]).otherwise(assets["os_version"])
    classified = assets.with_columns(
        *as_written,
        *judged.drop("label", "version", "recognised"),
        os_name=pl.select(system).to_series(),
        os_version=pl.select(version).to_series(),
    )
    return conform(classified.select(list(JUDGED_ASSETS)), JUDGED_ASSETS)


def judge(assets: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Judge each asset by itself, as `classify` judges the first of each profile.

    Returns:
        One row an asset: what `CLASSIFIED_ASSETS` has beyond the inventory; of the operating system
        `label`, `version` and whether it is `recognised`.
    """
    written = assets.select(text="os_name", version_text="os_version")
    system = recognise(written, "operating_systems")
    # A version without an operating system is that of the product.
    version = assets.select(pl.when(pl.col("os_name").is_null()).then("os_version")).to_series()
    products = recognise_products(assets["product"], version)
    facts = assets.with_columns(
        has_host_facts().alias("hosted"), words=words("name"), os=system["type"]
    ).with_columns(_kinds(products, assets.height), ending=ending("words", neutral_words()))
    types = judge_types(facts)
    typed = facts.with_columns(types["type"])
    answers = {
        "tier": judge_tier(typed),
        "environment": judge_environment(typed),
        "criticality": judge_criticality(typed),
        "os": _judge_system(assets, system),
    }
    lifecycle = judge_lifecycle(typed, system, products, as_of)
    codes = [
        types["type_code"],
        types["virtual_code"],
        *(answer["code"].alias(name) for name, answer in answers.items()),
        lifecycle["eol_code"],
    ]
    return pl.DataFrame(
        [
            types["type"],
            types["confidence"],
            types["virtual"],
            *(answer["value"].alias(name) for name, answer in answers.items() if name != "os"),
            *(answer["confidence"].alias(f"{name}_confidence") for name, answer in answers.items()),
            system["family"].alias("os_family"),
            lifecycle["software"],
            lifecycle["eol_date"],
            lifecycle["eol_status"],
            pl.DataFrame(codes).select(rationale=pl.concat_list(pl.all()).list.drop_nulls())[
                "rationale"
            ],
            system["label"],
            system["version"],
            system["rule"].is_not_null().alias("recognised"),
        ]
    )


def _kinds(products: pl.DataFrame, count: int) -> pl.Series:
    """What the products of each cell make: a type, a `stack`, or null where they make several."""
    kinds = products.group_by("at").agg(
        pl.when(pl.col("type").is_null().any())
        .then(pl.lit("stack"))
        .when(pl.col("type").n_unique() == 1)
        .then(pl.col("type").first())
        .alias("products")
    )
    rows = pl.DataFrame({"at": range(count)}, schema={"at": pl.UInt32})
    return rows.join(kinds, on="at", how="left", maintain_order="left")["products"]


def _judge_system(assets: pl.DataFrame, system: pl.DataFrame) -> pl.DataFrame:
    """`confidence` and `code` of the operating system, without a code where none is given."""
    trust = load("classification")["confidences"]
    named = assets["os_name"].is_not_null()
    return system.select(
        confidence=pl.when(pl.col("rule").is_null())
        .then(0.0)
        .when(pl.col("version").is_null())
        .then(trust["system"])
        .otherwise(trust["system_version"]),
        code=pl.coalesce(
            pl.format("os:rule/{}", "rule"), pl.when(pl.lit(named)).then(pl.lit("os:no_rule"))
        ),
        value=pl.lit(None, pl.String),
    )
