"""Every format in which a table is exported says the same, and none holds a formula."""

import io
import json

import openpyxl
import polars as pl
import pytest

from discovery_dagster.cli.errors import UsageError
from discovery_dagster.cli.present import print_cut
from discovery_dagster.cli.writing import TOOLS, Format, write_rows
from discovery_dagster.domain.workbooks import CutCell

ROWS = [
    {"name": "=1+1", "cpu": 4, "tags": ["a", "b"], "custom": {"x": "y"}, "sources": [{"line": 1}]},
    {"name": "db", "cpu": None, "tags": [], "custom": None, "sources": []},
]


def written(output_format, rows=ROWS, table="assets") -> io.BytesIO:
    out = io.BytesIO()
    write_rows(out, output_format, table, rows)
    out.seek(0)
    return out


def test_ndjson_is_a_document_a_line():
    assert [json.loads(line) for line in written(Format.NDJSON)] == ROWS


def test_parquet_keeps_types_and_writes_free_objects_as_json():
    frame = pl.read_parquet(written(Format.PARQUET))
    assert frame["cpu"].to_list() == [4, None]
    assert frame["custom"].to_list() == ['{"x": "y"}', None]
    assert frame["sources"].to_list() == [[{"line": 1}], []]


def test_a_workbook_writes_numbers_as_numbers_and_formulas_as_text():
    sheet = openpyxl.load_workbook(written(Format.XLSX)).active
    assert [cell.value for cell in sheet[2]] == ["=1+1", 4, "a; b", '{"x": "y"}', '[{"line": 1}]']
    assert sheet["A2"].data_type == "s"


#: Formats of single tables: of the graph, of corrections, of what other tools take in.
OF_ONE_TABLE = {Format.GRAPHML, Format.ZIP, *TOOLS}


@pytest.mark.parametrize("output_format", sorted(set(Format) - OF_ONE_TABLE))
def test_a_table_without_rows_can_be_written(output_format):
    assert written(output_format, []) is not None


@pytest.mark.parametrize("output_format", sorted(OF_ONE_TABLE))
def test_a_format_of_one_table_is_refused_for_the_others(output_format):
    with pytest.raises(UsageError, match="Only"):
        written(output_format)


def test_the_graph_is_written_as_json_or_graphml_only():
    graph = {"nodes": [], "edges": []}
    with pytest.raises(UsageError, match="json or graphml"):
        written(Format.CSV, graph, "graph")
    assert b"<graphml" in written(Format.GRAPHML, graph, "graph").read()


def test_a_text_longer_than_a_cell_is_cut_with_a_mark_and_named():
    rows = [{"name": "db", "description": "y"}, {"name": "web", "description": "x" * 40_000}]
    out = io.BytesIO()
    cut = write_rows(out, Format.XLSX, "assets", rows)
    assert cut == [CutCell("assets", 1, "description")]
    value = openpyxl.load_workbook(out).active["B3"].value
    assert len(value) == 32_767
    assert value.startswith("xxx")
    assert value.endswith("[cut: a cell holds no more]")


@pytest.mark.parametrize("length", [32_766, 32_767])
def test_a_text_that_just_fits_is_left_whole(length):
    out = io.BytesIO()
    assert write_rows(out, Format.XLSX, "assets", [{"name": "x" * length}]) == []
    assert openpyxl.load_workbook(out).active["A2"].value == "x" * length


def test_the_command_says_which_asset_and_column_were_cut(capsys):
    print_cut([CutCell("assets", 1, "description")], [{"name": "db"}, {"name": "web"}])
    output = " ".join(capsys.readouterr().err.split())
    assert output.startswith("assets: description of row 3 (web) is longer than a cell")
