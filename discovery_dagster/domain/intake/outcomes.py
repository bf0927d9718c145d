"""What became of the records of each table, and those that were rejected as they stood."""

import re

import polars as pl

from discovery_dagster.domain.source_tables import FrameSource, records_name
from discovery_dagster.domain.tables import ISSUES, RECORD_OUTCOMES, REJECTED_RECORDS, empty
from discovery_dagster.domain.texts import formatted


def with_formats(tables: pl.DataFrame, decided: pl.DataFrame) -> pl.DataFrame:
    """Return tables under the names of the formats by which they are read.

    Args:
        tables: as `tables.SOURCE_TABLES`.
        decided: `table` and `format`, such as `tables.TABLE_GRAINS`.
    """
    names = decided.select("table", "format")
    return tables.drop("format").join(names, on="table", how="left", maintain_order="left")


def count_outcomes(tables: pl.DataFrame, outcomes: pl.DataFrame) -> pl.DataFrame:
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
    return (
        tables.select("table", "file", "sheet", "format", "records")
        .join(counted, on="table", how="left", maintain_order="left")
        .with_columns(pl.col("accepted", "rejected", "ignored").fill_null(0))
    )


def finish_outcomes(
    canonical_records: FrameSource, inventory: FrameSource
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return what became of each record, and every problem, once the inventory is known.

    Lines of overrides that could not be applied are rejected, and records that add to nothing are
    reported.

    Args:
        canonical_records: `outcomes` in the order of the records of each table, `issues`,
            `assets` and `accounts`.
        inventory: `refusals` and `members`.

    Returns:
        Outcomes as `tables.RECORD_OUTCOMES` and issues as `tables.ISSUES`.
    """
    outcomes, issues = _refuse_lines(
        canonical_records["outcomes"], canonical_records["issues"], inventory["refusals"]
    )
    unattached = _unattached(
        canonical_records["accounts"], canonical_records["assets"], inventory["members"]
    )
    return outcomes, pl.concat([issues, unattached])


def _refuse_lines(
    outcomes: pl.DataFrame, issues: pl.DataFrame, refusals: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    if refusals.is_empty():
        return outcomes, issues
    refused = refusals.select("table", "row", pl.lit(True).alias("refused"))
    numbered = outcomes.with_columns(
        pl.int_range(pl.len(), dtype=pl.UInt32).over("table").alias("row")
    )
    joined = numbered.join(refused, on=["table", "row"], how="left", maintain_order="left")
    outcome = pl.when("refused").then(pl.lit("rejected")).otherwise("outcome").alias("outcome")
    refusal = refusals.with_columns(severity=pl.lit("error")).select(list(ISSUES))
    return joined.with_columns(outcome).select(list(RECORD_OUTCOMES)), pl.concat([issues, refusal])


def _unattached(
    accounts: pl.DataFrame, records: pl.DataFrame, members: pl.DataFrame
) -> pl.DataFrame:
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
        severity=pl.lit("warning"),
    )
    return issues.select(list(ISSUES))


def describe_rejects(published: FrameSource, outcomes: pl.DataFrame) -> pl.DataFrame:
    """Return the rejected records with their columns and cells as they stood.

    Args:
        published: frames of `collect_records`.
        outcomes: as `tables.RECORD_OUTCOMES`, in the order of the records of each table.

    Returns:
        One row per rejected record, as `tables.REJECTED_RECORDS`.
    """
    parts = [empty(REJECTED_RECORDS)]
    for table in published["tables"].iter_rows(named=True):
        own = outcomes.filter(pl.col("table") == table["table"])
        rejected = own["outcome"] == "rejected"
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
    return pl.concat(parts)
