"""What the rules leave open, and what is known of it: the questions to a person or a model."""

import polars as pl

from discovery_dagster.domain.identity.merging import LISTS
from discovery_dagster.domain.tables import ATTRIBUTES, ClassifiedAssets
from discovery_dagster.domain.tables.words import AssetType

#: What may tell the type of a thing; nothing else of it leaves here.
EVIDENCE = (
    "name", "hostname", "fqdn", "declared_type_text", "vendor", "model", "os_name", "os_version",
    "cpu_cores", "memory_gb", "storage_gb", "product", "applications", "description", "custom",
)  # fmt: skip


def open_assets(classified: ClassifiedAssets) -> pl.DataFrame:
    """Return the assets whose type no rule decides, with the evidence there is of each.

    Args:
        classified: rows in `CLASSIFIED_ASSETS`.

    Returns:
        `asset_id`, `reason` (the code of the rationale: `type:open`, or `type:disputed/` and the
        rules that disagree), `evidence` (how many fields of `EVIDENCE` say something) and
        `EVIDENCE` as written by the sources, by asset id. An asset of which the name alone is
        known is among them: its name and its relations are all there is to ask by.
    """
    undecided = classified.filter(pl.col("type") == AssetType.UNKNOWN).with_columns(
        os_name="os_name_text"
    )
    filled = [given(field) if field in ATTRIBUTES else pl.col(field).is_not_null()
            for field in EVIDENCE]  # fmt: skip
    reason = pl.col("rationale").list.eval(
        pl.element().filter(pl.element().str.starts_with("type:"))
    )
    return undecided.select(
        "asset_id",
        reason.list.first().alias("reason"),
        pl.sum_horizontal(filled).alias("evidence"),
        *EVIDENCE,
    ).sort("asset_id")


def given(field: str) -> pl.Expr:
    """Return whether a field of the asset says something."""
    return pl.col(field).list.len() > 0 if field in LISTS else pl.col(field).is_not_null()
