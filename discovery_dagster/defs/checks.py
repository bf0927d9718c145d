"""Asset checks: what must hold of a session's data, said in counts and never in cells.

They look at what is published: a blocking one stops what is below, and says so. What a table
declares, its keys, ranges and vocabularies, is checked before publishing (`tables.validation`), so
that rows that are otherwise are never served.
"""

import warnings

import dagster as dg
import polars as pl

from discovery_dagster.defs.assets import (
    canonical_records,
    classified_assets,
    dependencies,
    field_mapping,
    rejected_records,
)
from discovery_dagster.defs.partitions import SESSION_PARTITIONS
from discovery_dagster.domain.proposals import UNANSWERED
from discovery_dagster.domain.tables import (
    CLASSIFIED_ASSETS,
    EDGES,
    FIELD_MAPPING,
    PROPOSALS,
    TABLE_ACCOUNTS,
)
from discovery_dagster.domain.tables.words import AssetType
from discovery_dagster.store.publications import PublishedFrames

# Checks look at one session, so they need the partition; Dagster calls that a preview feature and
# would say so on the user's terminal at each command.
warnings.filterwarnings("ignore", "Specifying a partitions_def on an AssetCheckSpec")

_STOPS = "Checks what is published; when it fails, no step below runs."

#: Share of assets without a type above which an import deserves a look.
MANY_UNKNOWN = 0.25


@dg.asset_check(
    asset=canonical_records,
    partitions_def=SESSION_PARTITIONS,
    blocking=True,
    description=f"For every table, physical records = accepted + rejected + ignored. {_STOPS}",
)
def every_record_is_accounted_for(canonical_records: PublishedFrames) -> dg.AssetCheckResult:
    """Fail when a record was lost or counted twice."""
    return _balance(canonical_records)


@dg.asset_check(
    asset=rejected_records,
    partitions_def=SESSION_PARTITIONS,
    blocking=True,
    description=f"The same once it is known which decisions of files could be applied. {_STOPS}",
)
def every_record_is_still_accounted_for(rejected_records: PublishedFrames) -> dg.AssetCheckResult:
    """Fail when a record was lost or counted twice."""
    return _balance(rejected_records)


def _balance(published: PublishedFrames) -> dg.AssetCheckResult:
    accounts = published.frame(TABLE_ACCOUNTS)
    wrong = accounts.filter(
        pl.col("records") != pl.sum_horizontal("accepted", "rejected", "ignored")
    )
    return dg.AssetCheckResult(
        passed=wrong.is_empty(),
        severity=dg.AssetCheckSeverity.ERROR,
        metadata={
            "tables": accounts.height,
            "tables_out_of_balance": wrong.height,
            **{
                name: int(accounts[name].sum())
                for name in ("records", "accepted", "rejected", "ignored")
            },
        },
    )


@dg.asset_check(
    asset=field_mapping,
    partitions_def=SESSION_PARTITIONS,
    description="No two columns of a table claim the same field.",
)
def columns_do_not_conflict(field_mapping: PublishedFrames) -> dg.AssetCheckResult:
    """Warn of columns that a person should choose between."""
    conflicts = field_mapping.frame(FIELD_MAPPING).filter(pl.col("conflict").is_not_null())
    return dg.AssetCheckResult(
        passed=conflicts.is_empty(),
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"columns_in_conflict": conflicts.height},
    )


@dg.asset_check(
    asset=classified_assets,
    partitions_def=SESSION_PARTITIONS,
    description=f"At most {MANY_UNKNOWN:.0%} of the assets are of unknown type.",
)
def few_assets_are_unknown(classified_assets: PublishedFrames) -> dg.AssetCheckResult:
    """Warn when the sources say too little to classify the assets."""
    types = classified_assets.frame(CLASSIFIED_ASSETS)["type"]
    unknown = int((types == AssetType.UNKNOWN).sum())
    return dg.AssetCheckResult(
        passed=unknown <= MANY_UNKNOWN * len(types) and types.null_count() == 0,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"assets": len(types), "unknown": unknown},
    )


@dg.asset_check(
    asset=field_mapping,
    partitions_def=SESSION_PARTITIONS,
    description="The language model, if there is one, answered all it was asked about columns.",
)
def the_model_answered_about_columns(field_mapping: PublishedFrames) -> dg.AssetCheckResult:
    """Warn of columns that a model gave no usable answer about."""
    return _answered(field_mapping)


@dg.asset_check(
    asset=classified_assets,
    partitions_def=SESSION_PARTITIONS,
    description="The language model, if there is one, answered all it was asked about assets.",
)
def the_model_answered_about_assets(classified_assets: PublishedFrames) -> dg.AssetCheckResult:
    """Warn of assets that a model gave no usable answer about."""
    return _answered(classified_assets)


def _answered(published: PublishedFrames) -> dg.AssetCheckResult:
    statuses = published.frame(PROPOSALS)["status"]
    unanswered = int((statuses == UNANSWERED).sum())
    return dg.AssetCheckResult(
        passed=unanswered == 0,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"asked_about": len(statuses), "unanswered": unanswered},
    )


@dg.asset_check(
    asset=dependencies,
    partitions_def=SESSION_PARTITIONS,
    additional_ins={"classified_assets": dg.AssetIn()},
    blocking=True,
    description="Every edge has evidence, and every resolved end is an asset of the session."
    f" {_STOPS}",
)
def every_edge_has_evidence_and_ends(
    dependencies: PublishedFrames, classified_assets: PublishedFrames
) -> dg.AssetCheckResult:
    """Fail on an edge without evidence, or one that points at nothing."""
    edges = dependencies.frame(EDGES)
    known = classified_assets.frame(CLASSIFIED_ASSETS)["asset_id"].implode()
    bare = int((edges["evidence"].list.len() == 0).sum())
    ends = pl.concat([edges["source_id"], edges["target_id"]]).drop_nulls()
    dangling = int((~ends.is_in(known)).sum())
    return dg.AssetCheckResult(
        passed=bare == 0 and dangling == 0,
        severity=dg.AssetCheckSeverity.ERROR,
        metadata={"edges": edges.height, "without_evidence": bare, "dangling_ends": dangling},
    )


CHECKS = (
    every_record_is_accounted_for,
    every_record_is_still_accounted_for,
    columns_do_not_conflict,
    few_assets_are_unknown,
    the_model_answered_about_columns,
    the_model_answered_about_assets,
    every_edge_has_evidence_and_ends,
)
