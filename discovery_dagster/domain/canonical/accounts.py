"""What becomes of each physical record: exactly one outcome, with its reasons."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final

import polars as pl

from discovery_dagster.domain.formats.base import Held, Kind, TableFormat
from discovery_dagster.domain.formats.platform_machines import platform_exclusions
from discovery_dagster.domain.formats.verdicts import refusals
from discovery_dagster.domain.mapping import warnings
from discovery_dagster.domain.source_tables import IGNORED, READ, REJECTED, SourceTable, cell_column
from discovery_dagster.domain.tables import ISSUES, RECORD_OUTCOMES, Issues, Schema
from discovery_dagster.domain.tables.words import Outcome, Severity

ACCEPTED: Final = Outcome.ACCEPTED

#: Sentences for the codes of readers; another code is written out as words.
_SENTENCES = {
    "blank_record": "The record holds nothing.",
    "blank_line": "The line is blank.",
    "comment": "The line is a comment.",
    "repeats_header": "It repeats the header.",
    "separator_line": "It is a line that separates rows, not a record.",
    "page_mark": "It numbers a page and is no record.",
    "row_count": "It says how many rows there are and is no record.",
    "end_mark": "It marks the end of the list and is no record.",
    "title_above_table": "It is the title of the table below it.",
    "totals_row": "It is a row of sums, not a record.",
    "note_below_table": "It is a note below the table, not a record.",
    "section_heading": "It is a heading over the whole row, not a record.",
    "display_names": "It names the columns again.",
    "types_of_columns": "It says which kind of value belongs into each column.",
    "list_of_choices": "The sheet holds values to choose from elsewhere, not records.",
    "explanation": "The sheet explains others and holds no records.",
    "no_host": "The line names no host.",
    "unix_socket": "The socket leads nowhere outside its machine.",
    "no_pairs": "The line has no keys with values.",
    "no_socket": "The line is of no socket.",
    "no_line_of_hosts": "The line is no address with names.",
    "no_line_of_scan": "The line names no host that nmap met.",
    "own_address": "The address leads to the machine itself, to nothing or to a group.",
    "no_line_of_the_graph": "The line is not written like the others of the graph.",
    "no_sample": "The line is no sample of a metric with labels.",
    "nothing_inside": "It holds no records.",
    "of_no_thing": "One of its ends is no thing of the estate.",
    "too_many_cells": "The record has more cells than the header has columns.",
    "too_few_cells": "The record is cut off: it has fewer cells than the others.",
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
#: What its reader and its format made of a record; `reason` is a sentence, the code its reader's.
READING_OUTCOMES: Schema = {
    "row": pl.UInt32(),
    "outcome": pl.String(),
    "reason": pl.String(),
    "code": pl.String(),
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


def decide_outcomes(
    records: pl.DataFrame, table: SourceTable, table_format: TableFormat
) -> pl.DataFrame:
    """Decide the outcome of each record by how it was read and what its format leaves out.

    Args:
        records: with `row`, and with the columns of `SourceTable.records`.
        table: that they are of; its own records are not looked at.
        table_format: of the table.

    Returns:
        One row per record, as `READING_OUTCOMES`; `outcome` is null while it is open.
    """
    names = [cell_column(at) for at in range(len(table.header))]
    blank = _blank_records(records, names)
    left_out = [pl.when(pl.lit(blank)).then(pl.lit(_BLANK))] if blank.any() else []
    if table_format.kind in {Kind.IGNORED, Kind.WAITING}:
        left_out.append(pl.when(True).then(pl.lit(table_format.reason)))
    for each in exclusion_rules(table, table_format):
        left_out.append(pl.when(pl.lit(_are_left_out(records, each))).then(pl.lit(each.reason)))
    reason = pl.coalesce(*left_out, pl.lit(None, dtype=pl.String))
    unread = pl.col("outcome") != READ
    return records.select(
        "row",
        pl.when(unread)
        .then("outcome")
        .when(reason.is_not_null())
        .then(pl.lit(IGNORED))
        .alias("outcome"),
        pl.when(unread).then(_sentence()).otherwise(reason).alias("reason"),
        pl.col("reason").alias("code"),
    )


@dataclass(frozen=True)
class ExclusionRule:
    """An exclusion of a table: what its columns of cells must hold, and what saves a record."""

    needed: Mapping[str, Held]
    saving: Sequence[Mapping[str, Held]]  # one of them holds in all of its columns
    reason: str
    some: bool
    of_flow: bool


def exclusion_rules(table: SourceTable, table_format: TableFormat) -> Iterator[ExclusionRule]:
    """Return the exclusions that a table has the columns for, the decisive ones first.

    What was refused is left out of every table of connections and of relations.
    """
    folded = table.folded_header
    column = {name: cell_column(at) for at, name in reversed(list(enumerate(folded)))}
    refused = refusals() if {Kind.FLOWS, Kind.RELATIONS} & table_format.kinds else ()
    # A rule forbids in words of its own; a flow that was refused was not answered, either.
    declared = (*table_format.exclusions, *platform_exclusions(table.header, table_format))
    ordered = (declared, refused)
    ordered = ordered[::-1] if table_format.kind is Kind.FLOWS else ordered
    for each in chain(*ordered):
        needed = {each.column: each.words, **each.where}
        if needed.keys() <= column.keys():
            yield ExclusionRule(
                _of_table(needed, column),
                [own for saving in each.unless if (own := _of_table(saving, column))],
                each.reason,
                each.some,
                each.of_flow,
            )


def _of_table(held: Mapping[str, Held], column: Mapping[str, str]) -> dict[str, Held]:
    return {column[name]: words for name, words in held.items() if name in column}


def are_held(cells: pl.Series, held: Held) -> pl.Series:
    """Whether each cell holds one of the words; never null. Distinct cells are looked at once."""
    if isinstance(held, frozenset):
        return cells.str.strip_chars().str.to_lowercase().is_in(sorted(held)).fill_null(value=False)
    distinct = cells.drop_nulls().unique().to_list()
    return cells.is_in([cell for cell in distinct if held(cell)]).fill_null(value=False)


def _are_left_out(records: pl.DataFrame, left_out: ExclusionRule) -> pl.Series:
    matching = pl.repeat(True, records.height, eager=True)
    for column, held in left_out.needed.items():
        matching = matching & are_held(records[column], held)
    if left_out.some and matching.all():
        return ~matching
    for saving in left_out.saving:
        saved = [are_held(records[column], held) for column, held in saving.items()]
        matching = matching & ~pl.select(pl.all_horizontal(*saved)).to_series()
    return matching


def refused_readings(readings: pl.DataFrame) -> pl.DataFrame:
    """Return the problems of records whose reader rejected them, as `PROBLEM`."""
    return readings.filter(pl.col("outcome") == REJECTED).select(
        "row",
        pl.lit(None, dtype=pl.String).alias("field"),
        pl.lit(None, dtype=pl.String).alias("column"),
        pl.col("code").fill_null("unreadable_record"),
        pl.col("reason").alias("message"),
        pl.lit(None, dtype=pl.String).alias("value"),
    )


def combine_outcomes(
    place: Place,
    lines: pl.Series,
    readings: pl.DataFrame,
    refusals: pl.DataFrame,
    skipped: pl.DataFrame,
) -> pl.DataFrame:
    """Give each record its one outcome: a refusal outranks a reason to ignore it.

    Args:
        place: the table.
        lines: of all its records, in order.
        readings: as `decide_outcomes`; at least those of it that are not open.
        refusals: as `PROBLEM`.
        skipped: as `SKIPPED`.

    Returns:
        One row per record, as `tables.RECORD_OUTCOMES`, and its `row`.
    """
    nothing = pl.lit(None, pl.String)
    settled = pl.concat(
        [
            readings.filter(pl.col("outcome").is_not_null()).select("row", "outcome", "reason"),
            refusals.select("row", outcome=pl.lit(REJECTED), reason=nothing),
            skipped.select("row", outcome=pl.lit(IGNORED), reason="reason"),
        ]
    ).unique("row", keep="first", maintain_order=True)
    records = lines.cast(pl.UInt32).alias("line").to_frame().with_row_index("row")
    if settled.is_empty():  # as good flow logs are; they are long
        outcomes = records.with_columns(outcome=pl.lit(ACCEPTED), reason=nothing)
    else:
        outcomes = records.join(settled, on="row", how="left", maintain_order="left").with_columns(
            pl.col("outcome").fill_null(ACCEPTED),
            pl.when(pl.col("outcome") == IGNORED).then("reason").alias("reason"),
        )
    table = pl.lit(place.number, dtype=pl.UInt32).alias("table")
    return outcomes.with_columns(*place.columns(), table).select("row", *RECORD_OUTCOMES)


def list_issues(outcomes: pl.DataFrame, refusals: pl.DataFrame, faults: pl.DataFrame) -> Issues:
    """Return the problems of accepted and rejected records, as `tables.ISSUES`."""
    problems = pl.concat(
        [
            refusals.with_columns(pl.lit(Severity.ERROR).alias("severity")),
            faults.with_columns(pl.lit(Severity.WARNING).alias("severity")),
        ]
    )
    of_some = pl.col("row").is_in(problems["row"].unique().implode())
    places = outcomes.filter(of_some, pl.col("outcome") != IGNORED).drop("outcome", "reason")
    placed = problems.join(places, on="row", how="inner", maintain_order="left")
    return Issues(placed.sort("row", maintain_order=True).select(list(ISSUES)))


def list_table_issues(place: Place, table_format: TableFormat, mapping: pl.DataFrame) -> Issues:
    """Return what is wrong with a table as a whole, as `tables.ISSUES`.

    That it waits for a decision, and the columns that are not used as what identifies things. They
    stand at the line of the header; `value` is that of a column.
    """
    waiting = {
        "file": place.table.file,
        "sheet": place.table.sheet,
        "line": place.table.header_line,
        "table": place.number,
        "code": "table_waits",
        "message": table_format.reason,
        "severity": Severity.WARNING,
    }
    rows = [waiting] if table_format.kind is Kind.WAITING else []
    rows += [
        {
            "file": place.table.file,
            "sheet": place.table.sheet,
            "line": place.table.header_line,
            "table": place.number,
            "field": warning.field,
            "column": warning.column,
            "code": warnings.CODE,
            "message": warning.message,
            "value": warning.column,
            "severity": Severity.WARNING,
        }
        for warning in warnings.column_warnings(mapping.iter_rows(named=True))
    ]
    return Issues(pl.DataFrame(rows, schema=dict(ISSUES)))


def _blank_records(records: pl.DataFrame, cells: list[str]) -> pl.Series:
    """Whether all cells of each record are blank; only few have to be looked at further."""
    blank = pl.repeat(bool(cells), records.height, eager=True)
    for name in cells:
        if not blank.any():
            break
        at = blank.arg_true()
        seen = records[name].gather(at).str.contains(r"\S").fill_null(value=False)
        blank = blank.scatter(at, ~seen)
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
