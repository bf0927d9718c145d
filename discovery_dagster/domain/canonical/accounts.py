"""What becomes of each physical record: exactly one outcome, with its reasons."""

from dataclasses import dataclass
from typing import Final

import polars as pl

from discovery_dagster.domain.formats.base import Kind, TableFormat
from discovery_dagster.domain.frames import ISSUES, RECORD_OUTCOMES, Schema
from discovery_dagster.domain.tables import IGNORED, READ, REJECTED, SourceTable, cell_column
from discovery_dagster.domain.words import fold

ACCEPTED: Final = "accepted"

#: Sentences for the codes of readers; another code is written out as words.
_SENTENCES = {
    "blank_record": "The record holds nothing.",
    "blank_line": "The line is blank.",
    "comment": "The line is a comment.",
    "totals_row": "It is a row of sums below the table.",
    "note_below_table": "It is a note below the table, not a record.",
    "nothing_inside": "It holds no records.",
    "too_many_cells": "The record has more cells than the header has columns.",
    "unclosed_quote": "A quote is opened and not closed.",
    "no_such_table": "The session has no table of this file and sheet.",
    "no_such_record": "That table has no record on this line.",
    "several_records": "Several records stand on this line; say which in `discovery record`.",
    "corrected_twice": "The record is corrected further up in this table, too.",
    "not_corrected": "The record stands as it stood before.",
}
_BLANK = _SENTENCES["blank_record"]

#: A problem of a record, before the place of its table is known.
PROBLEM: Schema = {
    "row": pl.UInt32(),
    "field": pl.String(),
    "column": pl.String(),
    "code": pl.String(),
    "message": pl.String(),
    "value": pl.String(),
}
#: A record that counts for nothing, and why.
SKIPPED: Schema = {"row": pl.UInt32(), "reason": pl.String()}


@dataclass(frozen=True)
class Place:
    """A table within the session."""

    number: int
    table: SourceTable

    def columns(self) -> list[pl.Expr]:
        """Columns of the place that all rows of the table share."""
        return [
            pl.lit(self.table.file).alias("file"),
            pl.lit(self.table.sheet, dtype=pl.String).alias("sheet"),
        ]


def numbered_records(table: SourceTable) -> pl.DataFrame:
    """Return the records with their number as `row`: lines may repeat, as in one-line JSON."""
    return table.records.with_row_index("row")


def judge_readings(table: SourceTable, table_format: TableFormat) -> pl.DataFrame:
    """Judge each record by how it was read and by what its format leaves out.

    Returns:
        One row a record: `row`, `line`, `outcome` (null while it is open), `reason` (a sentence).
    """
    names = [cell_column(at) for at in range(len(table.header))]
    cells = [pl.col(name) for name in names]
    blank = _blank_records(table.records, names)
    left_out = [pl.when(pl.lit(blank)).then(pl.lit(_BLANK))] if blank.any() else []
    if table_format.kind is Kind.IGNORED:
        left_out.append(pl.when(True).then(pl.lit(table_format.reason)))
    folded = [fold(column) for column in table.header]
    for exclusion in table_format.exclusions:
        needed = {exclusion.column: exclusion.words, **exclusion.where}
        if needed.keys() <= set(folded):
            words = (
                cells[folded.index(column)].str.strip_chars().str.to_lowercase().is_in(sorted(held))
                for column, held in needed.items()
            )
            left_out.append(pl.when(pl.all_horizontal(words)).then(pl.lit(exclusion.reason)))
    reason = pl.coalesce(*left_out, pl.lit(None, dtype=pl.String))
    unread = pl.col("outcome") != READ
    return numbered_records(table).select(
        "row",
        "line",
        pl.when(unread)
        .then("outcome")
        .when(reason.is_not_null())
        .then(pl.lit(IGNORED))
        .alias("outcome"),
        pl.when(unread).then(_sentence()).otherwise(reason).alias("reason"),
    )


def refused_readings(judged: pl.DataFrame, table: SourceTable) -> pl.DataFrame:
    """Return the problems of records whose reader rejected them, as `PROBLEM`."""
    codes = numbered_records(table).select("row", pl.col("reason").alias("code"))
    return (
        judged.filter(pl.col("outcome") == REJECTED)
        .join(codes, on="row", how="left", maintain_order="left")
        .select(
            "row",
            pl.lit(None, dtype=pl.String).alias("field"),
            pl.lit(None, dtype=pl.String).alias("column"),
            pl.col("code").fill_null("unreadable_record"),
            pl.col("reason").alias("message"),
            pl.lit(None, dtype=pl.String).alias("value"),
        )
    )


def settle_outcomes(
    place: Place, judged: pl.DataFrame, refusals: pl.DataFrame, skipped: pl.DataFrame
) -> pl.DataFrame:
    """Give each record its one outcome: a refusal outranks a reason to ignore it.

    Returns:
        One row a record, as `frames.RECORD_OUTCOMES`, and its `row`.
    """
    skips = skipped.unique("row", keep="first", maintain_order=True).rename({"reason": "skip"})
    refused = pl.col("row").is_in(refusals["row"].unique().implode())
    return (
        judged.join(skips, on="row", how="left", maintain_order="left")
        .with_columns(
            pl.when(pl.col("outcome").is_not_null())
            .then("outcome")
            .when(refused)
            .then(pl.lit(REJECTED))
            .when(pl.col("skip").is_not_null())
            .then(pl.lit(IGNORED))
            .otherwise(pl.lit(ACCEPTED))
            .alias("outcome"),
            pl.coalesce("reason", "skip").alias("reason"),
        )
        .select(
            "row",
            *place.columns(),
            "line",
            pl.lit(place.number, dtype=pl.UInt32).alias("table"),
            "outcome",
            pl.when(pl.col("outcome") == IGNORED).then("reason").alias("reason"),
        )
        .select("row", *RECORD_OUTCOMES)
    )


def list_issues(
    outcomes: pl.DataFrame, refusals: pl.DataFrame, faults: pl.DataFrame
) -> pl.DataFrame:
    """Return the problems of accepted and rejected records, as `frames.ISSUES`."""
    problems = pl.concat(
        [
            refusals.with_columns(pl.lit("error").alias("severity")),
            faults.with_columns(pl.lit("warning").alias("severity")),
        ]
    )
    places = outcomes.filter(pl.col("outcome") != IGNORED).drop("outcome", "reason")
    return (
        problems.join(places, on="row", how="inner", maintain_order="left")
        .sort("row", maintain_order=True)
        .select(list(ISSUES))
    )


def _blank_records(records: pl.DataFrame, cells: list[str]) -> pl.Series:
    """Whether all cells of each record are blank; only few have to be looked at further."""
    blank = pl.repeat(bool(cells), records.height, eager=True)
    for name in cells:
        if not blank.any():
            break
        at = blank.arg_true()
        empty = records[name].gather(at).str.strip_chars().fill_null("") == ""
        blank = blank.scatter(at, empty)
    return blank


def _sentence() -> pl.Expr:
    words = pl.col("reason").str.replace_all("_", " ")
    written = pl.concat_str(pl.lit("The record could not be read: "), words, pl.lit("."))
    return (
        pl.col("reason")
        .replace_strict(_SENTENCES, default=None, return_dtype=pl.String)
        .fill_null(written)
        .fill_null("The record could not be read.")
    )
