"""What stands around values and is no part of them."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from discovery_dagster.domain.readers.header import Cells
from discovery_dagster.domain.readers.records import frame_of_records, read_record
from discovery_dagster.domain.readers.wrappings import unwrap
from discovery_dagster.domain.tabular import write_csv
from discovery_dagster_tests.domain.readers.reading import records_of, table_of
from discovery_dagster_tests.domain.readers.test_sheets_as_people_make_them import WAYS, written


def unwrapped(header: Cells, *rows: list[str | None]) -> tuple[Cells, list[list[str | None]]]:
    frame = frame_of_records(
        [read_record(at, row, len(header)) for at, row in enumerate(rows, 2)], len(header)
    )
    names, records = unwrap(header, frame, text=True)
    return names, [list(row) for row in records.drop("line", "outcome", "reason", "surplus").rows()]


#: Spreadsheets take what begins with an equals sign for a formula, so only texts hold it.
WRAPPINGS = [
    *[(wrapping, way) for wrapping in ("'{}", "'{}'", "`{}`", "“{}”", "„{}“") for way in WAYS],
    ('="{}"', "csv"),
]


@pytest.mark.parametrize(("wrapping", "way"), WRAPPINGS)
def test_what_all_values_of_a_column_are_in_is_taken_off(
    tmp_path: Path, way: str, wrapping: str
) -> None:
    values = [["larch1", "0012345"], ["larch2", "0012346"]]
    rows = [["Hostname", "Serial"], *([wrapping.format(cell) for cell in row] for row in values)]
    read = records_of(table_of(tmp_path, written(rows, way)))
    assert [record[3] for record in read] == values


@pytest.mark.parametrize("wrapping", ["'{}'", "'{}", '="{}"'])
def test_the_names_of_columns_may_be_in_it_too(wrapping: str) -> None:
    names, _ = unwrapped(
        [wrapping.format(name) for name in ("Hostname", "OS")],
        [wrapping.format("larch1"), wrapping.format("RHEL")],
    )
    assert names == ["Hostname", "OS"]


def test_a_missing_value_needs_no_quotes_among_quoted_ones() -> None:
    _, rows = unwrapped(["Hostname"], ["'larch1'"], ["NULL"], [None], ["'d''Arc'"])
    assert rows == [["larch1"], ["NULL"], [None], ["d'Arc"]]


@pytest.mark.parametrize(
    "cells", [["'larch'", "elm"], ["'t Hooft", "Ann"], ['"Big Bertha"', "elm"], ["'a' or 'b'"] * 2]
)
def test_a_quote_that_only_some_values_have_is_part_of_them(cells: list[str]) -> None:
    assert unwrapped(["Name"], *([cell] for cell in cells))[1] == [[cell] for cell in cells]


def test_numbers_may_be_marked_as_text_among_words() -> None:
    assert unwrapped(["Serial"], ["'0012"], ["AB-12"])[1] == [["0012"], ["AB-12"]]
    assert unwrapped(["Serial"], ["'0012"], ["13"])[1] == [["'0012"], ["13"]]


def test_a_lone_formula_of_text_is_its_text() -> None:
    assert unwrapped(["Serial"], ['="0012"'], ["AB-12"])[1] == [["0012"], ["AB-12"]]


@given(
    st.lists(
        st.text(st.sampled_from("'=+-@ab1 "), min_size=1, max_size=5).map(str.strip).filter(bool),
        min_size=1,
    )
)
def test_what_was_exported_comes_back_as_it_was(values: list[str]) -> None:
    """Guarded values do; what begins with an apostrophe before other text is no concern of it."""
    values = [value for value in values if value[0] != "'" or value.strip("'")[:1] in {*"=+-@"}]
    rows = [{"name": f"larch{at}", "note": value} for at, value in enumerate(values)]
    rows.append({"name": "larch", "note": "plain"})
    out = io.StringIO()
    write_csv(out, rows, ["name", "note"])
    header, *records = csv.reader(io.StringIO(out.getvalue()))
    assert unwrapped(header, *records)[1] == [[row["name"], row["note"]] for row in rows]


def test_a_table_with_bare_formulas_keeps_its_apostrophes() -> None:
    assert unwrapped(["Note"], ["'=1"], ["=2"], ["x"])[1] == [["'=1"], ["=2"], ["x"]]
