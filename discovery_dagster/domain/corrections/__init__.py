"""Corrected records put in the place of those that they name.

A corrected record keeps file, sheet and line of the original; which file corrected it, and what
stood there before, is kept beside it. How the file for the person is made is in
`correction_sheets`; everything after this sees corrected records and knows nothing of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl

from discovery_dagster.domain import formats
from discovery_dagster.domain.formats import corrections as format_
from discovery_dagster.domain.formats.base import Kind, TableFormat
from discovery_dagster.domain.source_tables import IGNORED, READ, REJECTED, SourceTable, cell_column
from discovery_dagster.domain.tables import CORRECTIONS, Corrections, empty
from discovery_dagster.domain.words import fold
from discovery_dagster.domain.workbooks.limits import fitted_cells

RecognisedTable = tuple[SourceTable, TableFormat]

_SURPLUS_SEPARATOR = " | "


@dataclass(frozen=True)
class Corrected:
    """The session's tables after correction, and one row per correction (`tables.CORRECTIONS`)."""

    tables: list[RecognisedTable]
    corrections: Corrections


def apply(tables: Sequence[RecognisedTable]) -> Corrected:
    """Replace the records that tables of corrections name; a later file outranks an earlier one.

    A correction that names no record is rejected, one that changes nothing is ignored, each with
    the reason; the physical records of every table stay as many as they were.

    Args:
        tables: of the session, in the order of their numbers.
    """
    corrected: list[RecognisedTable] = list(tables)
    applied: list[pl.DataFrame] = [empty(CORRECTIONS)]
    for number, (table, table_format) in enumerate(tables):
        if table_format.kind is Kind.CORRECTIONS:
            corrected[number] = (_correct_by(table, corrected, applied), table_format)
    return Corrected(corrected, Corrections(pl.concat(applied)))


def surplus_text(surplus: pl.Expr) -> pl.Expr:
    """The cells beyond the last column as one text, null when there are none."""
    return surplus.list.eval(pl.element().fill_null("")).list.join(_SURPLUS_SEPARATOR)


def _correct_by(
    corrections: SourceTable, tables: list[RecognisedTable], applied: list[pl.DataFrame]
) -> SourceTable:
    """Correct `tables` in place, add to `applied`, and return `corrections` with outcomes."""
    requests = _requests(corrections)
    named = requests.with_columns(pl.lit("no_such_table").alias("verdict"))
    for number, (table, table_format) in enumerate(tables):
        here = (pl.col("file") == table.file) & pl.col("sheet").eq_missing(pl.lit(table.sheet))
        own = requests.filter(here)
        if table_format.kind is Kind.CORRECTIONS or own.is_empty():
            continue
        matched = _match(own, table, corrections)
        changes = matched.filter(pl.col("verdict") == READ)
        if not changes.is_empty():
            applied.append(_describe(changes, number, table, corrections))
            fixed = replace(table, records=_replace(table, changes))
            tables[number] = (fixed, formats.recognise(fixed) or formats.UNRECOGNISED)
        verdicts = matched.select("row", pl.col("verdict").alias("here"))
        named = (
            named.join(verdicts, on="row", how="left", maintain_order="left")
            # Of tables that stand below each other on one sheet, one has the record.
            .with_columns(
                verdict=pl.when(_is_open())
                .then(pl.coalesce("here", "verdict"))
                .otherwise("verdict")
            )
            .drop("here")
        )
    return _with_outcomes(corrections, named)


def _is_open() -> pl.Expr:
    """Whether no table was found yet that has the record."""
    return pl.col("verdict").is_in(["no_such_table", "no_such_record"])


def _requests(corrections: SourceTable) -> pl.DataFrame:
    """The records of a table of corrections: `row`, `file`, `sheet`, `line`, `record`, `c0` …."""
    folded = [fold(column) for column in corrections.header]

    def cell(column: str) -> pl.Expr:
        known = column in folded
        return pl.col(cell_column(folded.index(column))) if known else pl.lit(None, pl.String)

    def number(column: str) -> pl.Expr:
        # Spreadsheets may hand a number back as 7.0.
        text = cell(column).str.strip_chars().str.replace(r"\.0+$", "")
        return text.cast(pl.UInt32, strict=False)

    return (
        corrections.records.with_row_index("row")
        .filter(pl.col("outcome") == READ)
        .select(
            "row",
            pl.col("line").alias("by_line"),
            cell(format_.FILE).alias("file"),
            cell(format_.SHEET).alias("sheet"),
            number(format_.LINE).alias("line"),
            number(format_.RECORD).alias("record"),
            cell(format_.SURPLUS).alias("surplus_text"),
            pl.col("^c[0-9]+$"),
        )
    )


def _match(own: pl.DataFrame, table: SourceTable, corrections: SourceTable) -> pl.DataFrame:
    """Find the record that each correction names, and what changes in it.

    Returns:
        `own` with `target` (number of the record), `verdict`, new cells `n0` … and old ones `o0` ….
    """
    old = table.records.with_row_index("target").filter(pl.col("outcome") != IGNORED)
    old = old.select(
        "target",
        "line",
        pl.col("surplus").alias("old_surplus"),
        pl.col("^c[0-9]+$").name.replace("^c", "o"),
    )
    pairs = own.join(old, on="line", maintain_order="left_right").filter(
        pl.col("record").is_null() | (pl.col("record") == pl.col("target") + 1)
    )
    counted = own.join(
        pairs.group_by("row").agg(pl.len().alias("fits")), on="row", how="left"
    ).select("row", pl.col("fits").fill_null(0))
    only = pairs.join(counted.filter(pl.col("fits") == 1), on="row", maintain_order="left")
    only = only.sort("row").with_columns(_new_cells(table, corrections))
    width = range(len(table.header))
    changed = pl.any_horizontal(pl.col(f"n{at}").ne_missing(pl.col(f"o{at}")) for at in width)
    surplus_changed = pl.col("surplus_text").ne_missing(surplus_text(pl.col("old_surplus")))
    verdict = (
        pl.when(pl.int_range(pl.len()).over("target") > 0)
        .then(pl.lit("corrected_twice"))
        .when(~changed & ~surplus_changed)
        .then(pl.lit("not_corrected"))
        .otherwise(pl.lit(READ))
    )
    unmatched = counted.filter(pl.col("fits") != 1).select(
        "row",
        pl.when(pl.col("fits") == 0)
        .then(pl.lit("no_such_record"))
        .otherwise(pl.lit("several_records"))
        .alias("verdict"),
    )
    return pl.concat([only.with_columns(verdict.alias("verdict")), unmatched], how="diagonal")


def _new_cells(table: SourceTable, corrections: SourceTable) -> list[pl.Expr]:
    """Each column's cells after correction; a column that was taken out stays as it stood."""
    places: dict[str, list[int]] = {}
    for at, column in enumerate(corrections.header):
        places.setdefault(column, []).append(at)
    cells = []
    for at, column in enumerate(table.header):
        old = pl.col(f"o{at}")
        if not places.get(column):
            cells.append(old.alias(f"n{at}"))
            continue
        # Of columns with one name the first corrects the first.
        new = pl.col(cell_column(places[column].pop(0)))
        same = _line_ends(new).eq_missing(_line_ends(old))
        cut = _line_ends(new).eq_missing(_line_ends(fitted_cells(old)))
        cells.append(pl.when(same | cut).then(old).otherwise(new).alias(f"n{at}"))
    return cells


def _replace(table: SourceTable, changes: pl.DataFrame) -> pl.DataFrame:
    """The records of `table` with those of `changes` in their place."""
    width = range(len(table.header))
    # Cells beyond the last column that nobody took away cannot be assigned still.
    refused = pl.col("surplus_text").is_not_null()
    update = changes.select(
        "target",
        pl.lit(True).alias("changed"),
        pl.when(refused).then(pl.lit(REJECTED)).otherwise(pl.lit(READ)).alias("new_outcome"),
        pl.when(refused).then(pl.lit("too_many_cells")).alias("new_reason"),
        pl.when(refused).then("old_surplus").alias("new_surplus"),
        *(pl.col(f"n{at}").alias(f"new_{cell_column(at)}") for at in width),
    )
    joined = table.records.with_row_index("target").join(
        update, on="target", how="left", maintain_order="left"
    )
    return joined.select(
        pl.when("changed").then(pl.col(f"new_{name}")).otherwise(pl.col(name)).alias(name)
        if f"new_{name}" in joined.columns
        else pl.col(name)
        for name in table.records.columns
    )


def _describe(
    changes: pl.DataFrame, number: int, table: SourceTable, corrections: SourceTable
) -> pl.DataFrame:
    olds = [pl.col(f"o{at}") for at in range(len(table.header))]
    return changes.select(
        "file",
        "sheet",
        "line",
        pl.lit(number, dtype=pl.UInt32).alias("table"),
        pl.col("target").alias("record"),
        pl.concat_list(olds).alias("before"),
        pl.lit(corrections.file).alias("by_file"),
        pl.lit(corrections.sheet, dtype=pl.String).alias("by_sheet"),
        "by_line",
    )


def _with_outcomes(corrections: SourceTable, verdicts: pl.DataFrame) -> SourceTable:
    """`corrections` with the outcome of each of its records."""
    joined = corrections.records.with_row_index("row").join(
        verdicts.select("row", "verdict"), on="row", how="left", maintain_order="left"
    )
    bad = pl.col("verdict").is_not_null() & (pl.col("verdict") != READ)
    outcome = pl.when(pl.col("verdict") == "not_corrected").then(pl.lit(IGNORED))
    records = joined.with_columns(
        pl.when(bad)
        .then(outcome.otherwise(pl.lit(REJECTED)))
        .otherwise("outcome")
        .alias("outcome"),
        pl.when(bad).then("verdict").otherwise("reason").alias("reason"),
    )
    return replace(corrections, records=records.select(corrections.records.columns))


def _line_ends(text: pl.Expr) -> pl.Expr:
    return text.str.replace_all("\r\n?", "\n")
