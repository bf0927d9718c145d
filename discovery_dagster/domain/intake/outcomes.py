"""What became of the records of each table, and those that were rejected as they stood."""

import re

import polars as pl

from discovery_dagster.domain.source_tables import FrameSource, records_name
from discovery_dagster.domain.tables import (
    ASSET_RECORDS,
    INVENTORY_MEMBERS,
    ISSUES,
    OVERRIDE_REFUSALS,
    RECORD_OUTCOMES,
    REJECTED_RECORDS,
    TABLE_ACCOUNTS,
    AssetRecords,
    FramesByTable,
    InventoryMembers,
    Issues,
    OverrideRefusals,
    RecordOutcomes,
    RejectedRecords,
    SourceTables,
    TableAccounts,
    TableGrains,
    empty,
)
from discovery_dagster.domain.tables.words import Outcome, Severity
from discovery_dagster.domain.texts import formatted


def with_formats(tables: SourceTables, decided: TableGrains | TableAccounts) -> SourceTables:
    """Return tables under the names of the formats by which they are read.

    Args:
        tables: as `tables.SOURCE_TABLES`.
        decided: `table` and `format`, such as `tables.TABLE_GRAINS`.
    """
    names = decided.select("table", "format")
    renamed = tables.drop("format").join(names, on="table", how="left", maintain_order="left")
    return SourceTables(renamed)


def count_outcomes(tables: SourceTables, outcomes: RecordOutcomes) -> TableAccounts:
    """Count, for each table, its physical records and what became of them.

    Args:
        tables: as `tables.SOURCE_TABLES`.
        outcomes: as `tables.RECORD_OUTCOMES`.

    Returns:
        One row per table, as `tables.TABLE_ACCOUNTS`.
    """
    counted = outcomes.group_by("table").agg(
        (pl.col("outcome") == outcome).sum().cast(pl.UInt32).alias(outcome)
        for outcome in ("accepted", "rejected", "ignored")
    )
    accounts = (
        tables.select("table", "file", "sheet", "format", "records")
        .join(counted, on="table", how="left", maintain_order="left")
        .with_columns(pl.col("accepted", "rejected", "ignored").fill_null(0))
    )
    return TableAccounts(accounts)


def finish_outcomes(
    canonical_records: FramesByTable, inventory: FramesByTable
) -> tuple[RecordOutcomes, Issues]:
    """Return what became of each record, and every problem, once the inventory is known.

    Lines of overrides that could not be applied are rejected, and records that add to nothing are
    reported.

    Args:
        canonical_records: frames of that step; `RECORD_OUTCOMES` in the order of the records of
            each table.
        inventory: frames of that step.

    Returns:
        Outcomes as `tables.RECORD_OUTCOMES` and issues as `tables.ISSUES`.
    """
    outcomes, issues = _refuse_lines(
        canonical_records.frame(RECORD_OUTCOMES),
        canonical_records.frame(ISSUES),
        inventory.frame(OVERRIDE_REFUSALS),
    )
    unattached = _unattached(
        canonical_records.frame(TABLE_ACCOUNTS),
        canonical_records.frame(ASSET_RECORDS),
        inventory.frame(INVENTORY_MEMBERS),
    )
    return outcomes, Issues(pl.concat([issues, unattached]))


def _refuse_lines(
    outcomes: RecordOutcomes, issues: Issues, refusals: OverrideRefusals
) -> tuple[RecordOutcomes, Issues]:
    if refusals.is_empty():
        return outcomes, issues
    refused = refusals.select("table", "row", pl.lit(True).alias("refused"))
    numbered = outcomes.with_columns(
        pl.int_range(pl.len(), dtype=pl.UInt32).over("table").alias("row")
    )
    joined = numbered.join(refused, on=["table", "row"], how="left", maintain_order="left")
    outcome = (
        pl.when("refused").then(pl.lit(Outcome.REJECTED)).otherwise("outcome").alias("outcome")
    )
    refusal = refusals.with_columns(severity=pl.lit(Severity.ERROR)).select(list(ISSUES))
    settled = joined.with_columns(outcome).select(list(RECORD_OUTCOMES))
    return RecordOutcomes(settled), Issues(pl.concat([issues, refusal]))


def _unattached(
    accounts: TableAccounts, records: AssetRecords, members: InventoryMembers
) -> Issues:
    """Issues of records that say something of a thing and fit none, or several."""
    place = ["file", "sheet", "format"]
    alone = records.filter("detail").join(members, on="record", how="anti", maintain_order="left")
    numbers = accounts.select("table", *place).unique(place, keep="first", maintain_order=True)
    placed = alone.join(numbers, on=place, nulls_equal=True, maintain_order="left")
    named = pl.coalesce("name", "hostname", "fqdn", pl.lit("It"))
    issues = placed.with_columns(
        field=pl.lit(None, pl.String),
        column=pl.lit(None, pl.String),
        code=pl.lit("adds_to_nothing"),
        message=formatted(
            "What the record says is not used: {} is no asset of this session, or several.", named
        ),
        value=named,
        severity=pl.lit(Severity.WARNING),
    )
    return Issues(issues.select(list(ISSUES)))


def describe_rejects(published: FrameSource, outcomes: RecordOutcomes) -> RejectedRecords:
    """Return the rejected records with their columns and cells as they stood.

    Args:
        published: frames of `collect_records`.
        outcomes: as `tables.RECORD_OUTCOMES`, in the order of the records of each table.

    Returns:
        One row per rejected record, as `tables.REJECTED_RECORDS`.
    """
    parts: list[pl.DataFrame] = [empty(REJECTED_RECORDS)]
    for table in published["tables"].iter_rows(named=True):
        own = outcomes.filter(pl.col("table") == table["table"])
        rejected = own["outcome"] == Outcome.REJECTED
        if not rejected.any():
            continue
        # By position, not by line: in one-line JSON all records stand on the same line.
        records = published[records_name(table["table"])].filter(rejected)
        cells = [name for name in records.columns if re.fullmatch(r"c\d+", name)]
        parts.append(
            own.filter(rejected)
            .select("file", "sheet", "line", "table")
            .with_columns(
                pl.lit(table["header"], dtype=pl.List(pl.String)).alias("columns"),
                records.select(
                    pl.concat_list(pl.concat_list(cells), pl.col("surplus").fill_null([]))
                )
                .to_series()
                .alias("cells"),
            )
        )
    return RejectedRecords(pl.concat(parts))
