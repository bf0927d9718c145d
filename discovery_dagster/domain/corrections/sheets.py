"""What a person is to correct: a sheet for each source table, with the records and their problems.

How a corrected sheet is read back is in `corrections`.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from discovery_dagster.domain import formats
from discovery_dagster.domain.corrections import surplus_text
from discovery_dagster.domain.formats import corrections as format_
from discovery_dagster.domain.formats.base import Kind
from discovery_dagster.domain.source_tables import (
    IGNORED,
    REJECTED,
    FrameSource,
    cell_column,
    records_name,
)
from discovery_dagster.domain.tables import Issues, RecordOutcomes
from discovery_dagster.domain.tables.words import Severity
from discovery_dagster.domain.workbooks import NamedTable, table_name

ERROR, WARNING = Severity.ERROR, Severity.WARNING


@dataclass(frozen=True)
class Sheet:
    """Records of one source table; each row has as many texts (or nulls) as there are columns."""

    file: str
    sheet: str | None
    columns: tuple[str, ...]
    rows: list[tuple[str | None, ...]]


def correction_sheets(
    source: FrameSource,
    outcomes: RecordOutcomes,
    issues: Issues,
    severities: Collection[str] = (ERROR,),
) -> Iterator[Sheet]:
    """Give the records with problems, as they stand, table by table.

    Args:
        source: frames of `source_records`.
        outcomes: as `tables.RECORD_OUTCOMES`, in the order of the records of each table.
        issues: as `tables.ISSUES`.
        severities: `error` for rejected records, `warning` for accepted ones with issues.
    """
    for table in source["tables"].iter_rows(named=True):
        own = issues.filter(pl.col("table") == table["table"])
        own_outcomes = outcomes.filter(pl.col("table") == table["table"]).with_columns(
            _severity(own)
        )
        chosen = own_outcomes["severity"].is_in(list(severities))
        if not chosen.any():
            continue
        records = source[records_name(table["table"])].with_row_index("record")
        faulty = pl.concat(
            [
                records.filter(chosen).drop("outcome", "reason"),
                _places(own_outcomes.filter(chosen)),
            ],
            how="horizontal",
        ).join(_reasons(own), on="line", how="left", maintain_order="left")
        corrections = formats.format_named(table["format"]).kind is Kind.CORRECTIONS
        # A correction that named no record can be corrected like any other: it has these columns.
        added = () if corrections else format_.COLUMNS
        cells = [pl.col(cell_column(at)) for at in range(len(table["header"]))]
        yield Sheet(
            table["file"],
            table["sheet"],
            (*table["header"], *added),
            faulty.select(*cells, *([] if corrections else _added())).rows(),
        )


def tables(sheets: Sequence[Sheet]) -> list[NamedTable]:
    """Return the sheets as tables to be written, named after their files."""
    return [
        NamedTable(table_name(sheet.file, sheet.sheet), sheet.columns, sheet.rows)
        for sheet in sheets
    ]


def _severity(issues: pl.DataFrame) -> pl.Expr:
    # Where several records share a line, as in one-line JSON, a problem of one marks them all.
    troubled = pl.col("line").is_in(issues["line"].unique().implode())
    return (
        pl.when(pl.col("outcome") == REJECTED)
        .then(pl.lit(ERROR))
        .when((pl.col("outcome") != IGNORED) & troubled)
        .then(pl.lit(WARNING))
        .alias("severity")
    )


def _places(outcomes: pl.DataFrame) -> pl.DataFrame:
    return outcomes.select("file", "sheet", "severity")


def _reasons(issues: pl.DataFrame) -> pl.DataFrame:
    return issues.group_by("line", maintain_order=True).agg(
        pl.col("message").unique(maintain_order=True).str.join(" ").alias("reasons")
    )


def _added() -> list[pl.Expr]:
    return [
        pl.col("file").alias(format_.FILE),
        pl.col("sheet").alias(format_.SHEET),
        pl.col("line").cast(pl.String).alias(format_.LINE),
        (pl.col("record") + 1).cast(pl.String).alias(format_.RECORD),
        surplus_text(pl.col("surplus")).alias(format_.SURPLUS),
        pl.col("severity").alias(format_.SEVERITY),
        pl.col("reasons").alias(format_.REASONS),
    ]
