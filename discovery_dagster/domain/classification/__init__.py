"""Classification: what each asset is, by rules that are data, each answer with its reason.

Not enough evidence gives `unknown`. What people decide, and what a model proposes, is not here.
"""

from collections.abc import Callable
from datetime import date
from typing import Final

import polars as pl

from discovery_dagster.domain.classification import fields, uses
from discovery_dagster.domain.classification.components import classify_lifecycle
from discovery_dagster.domain.classification.distinct import Distinct, listed
from discovery_dagster.domain.classification.matches import Matches
from discovery_dagster.domain.classification.names import read_names
from discovery_dagster.domain.classification.questions import open_assets
from discovery_dagster.domain.classification.rationale import sentences
from discovery_dagster.domain.classification.types import classify_types
from discovery_dagster.domain.classification.vocabulary import (
    classify_criticality,
    classify_environment,
    classify_tier,
)
from discovery_dagster.domain.stages import Stages
from discovery_dagster.domain.tables import (
    RULE_CLASSIFIED_ASSETS,
    InventoryAssets,
    RuleClassifiedAssets,
    conform,
)
from discovery_dagster.domain.texts import formatted
from discovery_dagster.reference import load

__all__ = ["classify", "open_assets", "sentences"]

#: Of `classify`: cells read, types classified, all else classified, answers given to the assets.
_STAGES: Final = 4


def _ignore_progress(_done: int, _total: int | None) -> None:
    """Report no progress."""


def classify(
    assets: InventoryAssets,
    as_of: date,
    report: Callable[[int, int | None], None] = _ignore_progress,
    used: pl.DataFrame | None = None,
) -> RuleClassifiedAssets:
    """Classify type, tier, environment, criticality, operating system and end of life.

    What a cell says is read once for each distinct cell, and what follows from several cells once
    for each combination of what they say: assets count only where they are given their answers.

    Args:
        assets: rows in `INVENTORY_ASSETS`.
        as_of: the day for which support is determined.
        report: called with the number of stages done and of all stages.
        used: as `uses.observe` returns; without it nothing is known of the use of assets.

    Returns:
        The same rows in the same order in `RULE_CLASSIFIED_ASSETS`.
    """
    stages = Stages(report, _STAGES)
    names = read_names(assets["name"])
    systems = fields.systems(assets)
    cells, products = fields.products(assets)
    hosted = fields.hosted(assets)
    matches = Matches([names, systems, cells, fields.hardware(assets), fields.own(assets)], hosted)
    stages.advance()
    declared = Distinct.among(assets.select("declared_type", "declared_type_text"))
    types = classify_types(declared, matches, hosted)
    stages.advance()
    kinds = types.reduced(types.rows.select("type"))
    tier, environment, criticality = (
        Distinct.among(assets.select(field)) for field in ("tier", "environment", "criticality")
    )
    answers = {
        "tier": classify_tier(tier, names, kinds, _uses(assets, used)),
        "environment": classify_environment(environment, names),
        "criticality": classify_criticality(criticality),
    }
    system = systems.with_rows(_describe_system(systems.rows))
    lifecycle = classify_lifecycle(Distinct.together(kinds, systems, cells), products, as_of)
    stages.advance()
    reasons = [
        *(types.with_rows(types.rows.select(code)) for code in ("type_code", "virtual_code")),
        *(answer.with_rows(answer.rows.select("code")) for answer in answers.values()),
        system.with_rows(system.rows.select("code")),
        lifecycle.with_rows(lifecycle.rows.select("eol_code")),
    ]
    classified = assets.with_columns(
        pl.col(field).alias(f"{field}_text") for field in ("os_name", *answers)
    ).with_columns(
        *types.spread("type", "confidence", "virtual"),
        *system.spread("os_name", "os_version", "os_family", "os_confidence"),
        *lifecycle.spread("software", "eol_date", "eol_status"),
        *(answer.spread("value")["value"].alias(name) for name, answer in answers.items()),
        *(
            answer.spread("confidence")["confidence"].alias(f"{name}_confidence")
            for name, answer in answers.items()
        ),
        rationale=_with_translations(listed(reasons), assets["translations"]),
    )
    stages.advance()
    return conform(classified.select(list(RULE_CLASSIFIED_ASSETS)), RULE_CLASSIFIED_ASSETS)


def _uses(assets: pl.DataFrame, used: pl.DataFrame | None) -> Distinct:
    known = pl.DataFrame(schema=uses.SCHEMA) if used is None else used
    joined = assets.select("asset_id").join(known, on="asset_id", how="left", maintain_order="left")
    return Distinct.among(joined.drop("asset_id"))


def _with_translations(codes: pl.Series, translations: pl.Series) -> pl.Series:
    """The reasons of each asset, and what the client's dictionary says of its words."""
    if not (translations.list.len() > 0).any():
        return codes
    both = pl.DataFrame({"codes": codes, "translations": translations})
    return both.select(
        pl.concat_list("codes", pl.col("translations").fill_null([])).alias("rationale")
    ).to_series()


def _describe_system(systems: pl.DataFrame) -> pl.DataFrame:
    """Each operating system as it is answered, and a `code` where one is given."""
    trust = load("classification")["confidences"]
    recognised = pl.col("rule").is_not_null()
    return systems.select(
        os_name=pl.coalesce("label", "os_name"),
        os_version=pl.when(recognised).then("version").otherwise("os_version"),
        os_family="family",
        os_confidence=pl.when(~recognised)
        .then(0.0)
        .when(pl.col("version").is_null())
        .then(trust["system"])
        .otherwise(trust["system_version"]),
        code=pl.coalesce(
            formatted("os:rule/{}", "rule"),
            pl.when(pl.col("os_name").is_not_null()).then(pl.lit("os:no_rule")),
        ),
    )
