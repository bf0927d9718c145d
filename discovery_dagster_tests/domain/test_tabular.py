"""What is written as CSV is read back as it was by every program, and runs in none."""

import csv
import io
import shutil
import subprocess
import zipfile

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import create_model

from discovery_dagster.api.tables import FORMS
from discovery_dagster.cli.writing import Format, write_rows
from discovery_dagster.domain import handover
from discovery_dagster.domain.tabular import cell_text, without_guard
from discovery_dagster.domain.workbooks import NamedTable, write_archive

pytestmark = pytest.mark.pipeline

CONTROLS = [chr(code) for code in (*range(0x20), 0x7F, *range(0x80, 0xA0), 0x2028, 0x2029)]
CELLS = [
    *(f"left{control}=HYPERLINK(1)" for control in CONTROLS),
    *(f"{control}=1+1" for control in CONTROLS),
    *(f"plain{control}" for control in CONTROLS),
    "=1+1", "+1", "-1", "@SUM(1)", "\uff1d1", "'=1", "a;=1", 'a";=1', 'say "a", then ;b', "", " ",
]  # fmt: skip
ROWS = [{"name": f"rowan{at:03}", "note": cell} for at, cell in enumerate(CELLS)]
#: The same signs in East Asian width.
WIDE = "\uff1d\uff0b\uff0d\uff20"
FORMULAS = tuple("=+-@" + WIDE)


def exported() -> str:
    out = io.BytesIO()
    write_rows(out, Format.CSV, "assets", ROWS)
    return out.getvalue().decode()


def served() -> str:
    item = create_model("Item", name=(str, ...), note=(str, ...))
    return b"".join(FORMS["csv"].write([ROWS[:40], ROWS[40:]], item)).decode()


def archived() -> str:
    out = io.BytesIO()
    cells = [(row["name"], row["note"]) for row in ROWS]
    write_archive(out, [NamedTable("rejects", ["name", "note"], cells)])
    with zipfile.ZipFile(out) as archive:
        return archive.read("rejects.csv").decode()


@pytest.mark.parametrize("written", [exported, served, archived])
def test_python_reads_every_cell_back(written):
    header, *rows = csv.reader(io.StringIO(written(), newline=""))
    assert header == ["name", "note"]
    assert [(name, without_guard(note)) for name, note in rows] == [
        (row["name"], row["note"]) for row in ROWS
    ]


@pytest.mark.parametrize("written", [exported, served, archived])
def test_polars_reads_every_cell_back(written):
    read = pl.read_csv(written().encode(), infer_schema=False)
    assert [without_guard(note) for note in read["note"].fill_null("")] == CELLS


@pytest.mark.parametrize("written", [exported, served, archived])
@pytest.mark.parametrize("breaks", ["\n", "\r", "\t", ";", "\r\n"])
def test_no_cell_begins_like_a_formula_wherever_a_program_lets_cells_begin(written, breaks):
    """A program may be told that tabs or semicolons part cells, or take any return for an end."""
    text = written().replace('"', "")
    assert not [cell for cell in text.split(breaks) if cell.startswith(FORMULAS)]


@pytest.mark.skipif(shutil.which("localc") is None, reason="LibreOffice Calc is not installed")
@pytest.mark.parametrize("written", [exported, served, archived])
def test_libreoffice_reads_as_many_rows_and_no_formula(written, tmp_path):
    (tmp_path / "table.csv").write_text(written(), "utf-8", newline="")
    subprocess.run(
        [
            "localc",
            f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}",  # one that runs locks it
            "--headless",
            "--convert-to",
            "fods",
            "--outdir",
            tmp_path,
            tmp_path / "table.csv",
        ],
        check=True,
        timeout=120,
    )
    sheet = (tmp_path / "table.fods").read_text("utf-8")
    assert "table:formula" not in sheet
    assert sheet.count("rowan") == len(ROWS)


def test_a_file_for_another_tool_has_no_bare_return_either():
    out = io.StringIO(newline="")
    handover.write(out, handover.Handover(["name", "note"], [["aspen", "a\r=1"], ["=b", 2]]))
    assert out.getvalue() == "name,note\r\naspen,a =1\r\n'=b,2\r\n"


@given(st.text(st.sampled_from("'=+-@\uff1d\t\r\n;a "), max_size=12))
def test_taking_the_guards_away_gives_the_text_back(text):
    assert without_guard(cell_text(text)) == text


@given(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters=[*FORMULAS, *"\t\r\n\0"]))
)
def test_text_without_a_sign_of_formulas_stays_as_it_is(text):
    assert cell_text(text) == text


def test_numbers_keep_their_sign():
    assert [cell_text(value) for value in (-5, -1.5, True, None)] == ["-5", "-1.5", "true", ""]
