"""Classification: what each asset is, judged by rules that are data, each answer with its reason.

Not enough evidence gives `unknown`. What people decide, and what a model proposes, is not here.
"""

from datetime import date

import polars as pl

from discovery_dagster.domain.classification.lifecycle import end_of_life
from discovery_dagster.domain.classification.software import recognise
from discovery_dagster.domain.classification.tokens import words
from discovery_dagster.domain.classification.types import judge_types
from discovery_dagster.domain.classification.vocabulary import (
    judge_criticality,
    judge_environment,
    judge_tier,
)
from discovery_dagster.domain.frames import CLASSIFIED_ASSETS, conform
from discovery_dagster.reference import load

__all__ = ["classify"]


def classify(assets: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Judge type, tier, environment, criticality, operating system and end of life.

    Args:
        assets: rows in `INVENTORY_ASSETS`.
        as_of: the day on which support is judged.

    Returns:
        The same rows in the same order in `CLASSIFIED_ASSETS`.
    """
    written = assets.select(text="os_name", version_text="os_version")
    system = recognise(written, "operating_systems")
    # A version without an operating system is that of the product.
    version = pl.when(pl.col("os_name").is_null()).then("os_version")
    product = recognise(assets.select(text="product", version_text=version), "products")
    judged = judge_types(
        assets.with_columns(
            words=words("name"), os_kind=system["kind"], product_kind=product["kind"]
        )
    )
    environment, criticality = judge_environment(judged), judge_criticality(judged)
    tier = judge_tier(judged)
    lifecycle = _lifecycle(judged, system, product, as_of)
    classified = judged.with_columns(
        environment=environment["value"],
        criticality=criticality["value"],
        tier=tier["value"],
        os_family=system["family"],
        os_name=system["label"].fill_null(assets["os_name"]),
        os_version=pl.when(pl.lit(system["rule"]).is_null())
        .then("os_version")
        .otherwise(system["version"]),
        eol_date=lifecycle["eol_date"],
        eol_status=lifecycle["eol_status"],
        rationale=pl.concat_list(
            "type_reason",
            tier["reason"],
            environment["reason"],
            criticality["reason"],
            _system_reason(assets, system),
            lifecycle["reason"],
        ).list.drop_nulls(),
    )
    return conform(classified.select(list(CLASSIFIED_ASSETS)), CLASSIFIED_ASSETS)


def _system_reason(assets: pl.DataFrame, system: pl.DataFrame) -> pl.Series:
    """The sentence about the operating system, null where none is given."""
    facts = system.with_columns(named=assets["os_name"])
    known = pl.when(pl.col("rule").is_not_null()).then(
        pl.format(
            "Operating system {}: rule os_{}, `{}`.",
            pl.coalesce(_title(), "named"),
            "rule",
            "named",
        )
    )
    unknown = pl.format("Operating system as written: no rule knows `{}`.", "named")
    return facts.select(reason=pl.coalesce(known, unknown)).to_series()


def _title() -> pl.Expr:
    """Name and version of what is recognised; some names carry their version already."""
    versioned = pl.col("label").str.ends_with(pl.col("version"))
    return pl.concat_str(
        "label", pl.when(~versioned).then("version"), separator=" ", ignore_nulls=True
    )


def _lifecycle(
    judged: pl.DataFrame, system: pl.DataFrame, product: pl.DataFrame, as_of: date
) -> pl.DataFrame:
    """`eol_date`, `eol_status` and `reason`: of a host's operating system, else of the product."""
    host = judged["type"].is_in(load("classification")["tiers"]["hosts"])
    # Several products in one cell are a stack, of which no single one is the asset's end.
    single = ~judged["product"].str.contains(r"[,;|]").fill_null(False)
    dated = product["version"].is_not_null() | judged["os_name"].is_null()
    of_product = ~host & product["product"].is_not_null() & single & dated
    chosen = pl.DataFrame(
        {
            name: product[name].zip_with(of_product, system[name])
            for name in ("product", "version", "label", "rule")
        }
    ).with_columns(given=judged["os_name"].is_not_null() | of_product)
    dates = end_of_life(chosen, as_of)
    found = chosen.join(dates, on=["product", "version"], how="left", maintain_order="left")
    ended = pl.format(
        "End of life {} ({} on {}): {}, {}.",
        pl.col("eol_date").fill_null("without a date"),
        "eol_status",
        pl.lit(as_of.isoformat()),
        _title(),
        "eol_source",
    )
    missing = pl.when("given").then(
        pl.coalesce(
            pl.when(pl.col("version").is_not_null()).then(
                pl.format("End of life unknown: no date is known of {}.", _title())
            ),
            pl.format("End of life unknown: the version of {} is not known.", "label"),
            pl.lit("End of life unknown: the operating system is not recognised."),
        )
    )
    return found.select(
        "eol_date",
        eol_status=pl.coalesce("eol_status", pl.when("given").then(pl.lit("unknown"))),
        reason=pl.coalesce(ended, missing),
    )
