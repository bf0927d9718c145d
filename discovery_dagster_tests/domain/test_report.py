"""The report for a client: what it says, that it escapes, and that it needs nothing else."""

import io
import re
import zipfile

import openpyxl
import pytest

from discovery_dagster.domain import report
from discovery_dagster.domain.report.contents import TABLES
from discovery_dagster.domain.report.drawing import draw

HOSTILE = '<script>alert("x")</script>'


def rows(**given):
    asset = {
        "name": "web", "type": "virtual_machine", "environment": "production",
        "criticality": "high", "os_family": "linux", "os_name": HOSTILE, "product": None,
        "eol_status": "ended", "eol_date": "2024-01-01", "cpu_cores": 2, "memory_gb": 4.5,
        "storage_gb": None, "business_owner": "=1+1", "applications": ["shop"], "group": "G001",
        "wave": 1, "strategy": "rehost", "strategy_reason": "why", "plan_reason": "because",
        "ip_addresses": [],
    }  # fmt: skip
    covered = {
        "name": "web", "type": "virtual_machine", "environment": "production", "wave": 1,
        "evidence": False, "observed": 0, "first_seen": None, "last_seen": None,
    }  # fmt: skip
    wave = {"wave": 1, "groups": ["G001"], "assets": 1, "reason": "first"}
    known = {"assets": [asset], "coverage": [covered], "waves": [wave]}
    return {name: [] for name in TABLES} | known | given


def made(**given):
    sentences = ["At most 5 assets a wave (set by ann)"]
    return report.contents("acme", "exit", "s001", "Move", "2026-01-01", rows(**given), sentences)


def test_the_page_escapes_every_text_and_loads_nothing():
    page = report.render(made())
    assert "<script" not in page
    assert "&lt;script&gt;alert" in page
    assert re.findall(r'(?:src|href)="(?!#)', page) == []
    assert "Set: At most 5 assets a wave (set by ann)." in page


def test_the_page_draws_its_numbers_and_says_them():
    page = report.render(made())
    assert 'aria-label="Assets by wave: wave 1 1"' in page
    assert page.count("<svg") == 8
    assert "1 asset runs what is no longer supported by its maker" in page


def test_an_empty_session_has_a_report():
    page = report.render(made(assets=[], coverage=[], waves=[]))
    assert "No connections were observed" in page


@pytest.fixture
def workbook():
    out = io.BytesIO()
    report.write(out, made())
    return openpyxl.load_workbook(out)


def test_the_workbook_has_a_sheet_for_each_table_and_charts(workbook):
    assert workbook.sheetnames[0] == "Summary"
    assert workbook.sheetnames[-1] == "Charts"  # their numbers, which nobody has to read
    assert {"Files", "Assets", "Out of support", "Waves", "Groups"} <= set(workbook.sheetnames)
    assert len(workbook["Summary"]._charts) == 8
    assert [cell.value for cell in workbook["Waves"][2]] == [1, 1, 1, "first"]


def test_each_sheet_is_printed_as_wide_as_the_paper_and_its_long_cells_are_seen_whole(workbook):
    sheets = [workbook[name] for name in workbook.sheetnames if name != "Charts"]
    assert all(sheet.sheet_properties.pageSetUpPr.fitToPage for sheet in sheets)
    assert all(sheet.page_setup.fitToHeight == 0 for sheet in sheets)
    long = max(workbook["Summary"]["B"], key=lambda cell: len(cell.value or ""))
    assert workbook["Summary"].row_dimensions[long.row].height >= 15 * len(long.value) / 110


def test_no_cell_of_the_workbook_is_a_formula(workbook):
    owner = next(cell for cell in workbook["Assets"][2] if cell.value == "=1+1")
    assert owner.data_type == "s"


def test_charts_of_the_workbook_say_their_numbers_to_those_who_do_not_see_them():
    out = io.BytesIO()
    report.write(out, made())
    with zipfile.ZipFile(out) as parts:
        drawing = parts.read("xl/drawings/drawing1.xml").decode()
    assert 'descr="Assets by wave: wave 1 1"' in drawing


def dependency(source, target, *evidence, **given):
    return {
        "source": source, "target": target, "source_id": source, "target_id": target,
        "relation": "depends_on", "protocol": None, "port": None, "status": "declared_only",
        "resolved": True, "infrastructure": None, "conflict": None,
        "evidence": [{"sheet": None, "line": 2} | piece for piece in evidence], **given,
    }  # fmt: skip


def seen(file, first, last, count=1):
    return {
        "kind": "observed",
        "file": file,
        "count": count,
        "first_seen": first,
        "last_seen": last,
    }


def test_every_dependency_is_in_the_workbook_with_its_evidence():
    declared = {"kind": "declared", "file": "cmdb.csv", "count": None}
    out = io.BytesIO()
    report.write(out, made(dependencies=[dependency("web", "db", declared, port=1433)]))
    sheet = openpyxl.load_workbook(out)["Dependencies"]
    assert [cell.value for cell in sheet[2]][:6] == [
        "web", "depends on", "db", "1433", "declared only", "cmdb.csv line 2",
    ]  # fmt: skip


def test_coverage_says_from_when_to_when_was_observed_and_where_nothing_was():
    edges = [
        dependency("a", "b", seen("may.csv", "2026-05-01T00:00:00Z", "2026-05-03T00:00:00Z")),
        dependency("a", "c", seen("may.csv", "2026-05-02T00:00:00Z", "2026-05-08T00:00:00Z")),
        dependency("b", "c", seen("june.csv", "2026-06-10T00:00:00", "2026-06-10T06:00:00", 5)),
    ]
    section = made(dependencies=edges).sections[-1]
    assert section.sentences[:3] == (
        "Connections were observed from 2026-05-01 00:00 UTC to 2026-06-10 06:00, 40 days, of"
        " 0 assets. What runs once a month or a year is seen only if it ran then.",
        "Nothing was observed from 2026-05-08 00:00 UTC to 2026-06-10 00:00, between may.csv and"
        " june.csv.",
        "Whether a file was recorded without a break cannot be told from it.",
    )
    assert section.tables[0].rows == [
        ("may.csv", "2026-05-01 00:00 UTC", "2026-05-08 00:00 UTC", "7 days", 2, 2),
        ("june.csv", "2026-06-10 00:00", "2026-06-10 06:00", "6 hours", 1, 5),
    ]


def test_a_table_longer_than_the_page_shows_says_where_the_rest_is():
    files = [
        {
            "name": f"f{n}", "format": "x", "records": 1, "accepted": 1, "rejected": 0,
            "ignored": 0, "error": None,
        }
        for n in range(50)
    ]  # fmt: skip
    page = report.render(made(files=files))
    assert "The first 40 of 50; the workbook has all of them." in page
    assert "f49" not in page


def plan_of(sizes, needs=(), **serving):
    """Waves of groups of these sizes; `needs` are pairs of a group and what it needs, by number."""
    groups = [
        {"group": f"G{at}", "wave": wave, "assets": [f"a{at}-{n}" for n in range(size)]}
        for at, (wave, size) in enumerate(
            (wave, size) for wave, own in enumerate(sizes, 1) for size in own
        )
    ]
    waves = [
        {
            "wave": wave,
            "groups": [one["group"] for one in groups if one["wave"] == wave],
            "assets": sum(own),
            "reason": "r",
        }
        for wave, own in enumerate(sizes, 1)
    ]
    assets = [
        {
            "id": name,
            "name": name,
            "type": "server",
            "group": one["group"],
            "applications": list(serving.get(one["group"], ())),
        }
        for one in groups
        for name in one["assets"]
    ]
    edges = [
        {"source_id": f"a{here}-0", "target_id": f"a{there}-0", "infrastructure": None}
        for here, there in needs
    ]
    return draw(waves, groups, assets, edges)


def test_the_drawing_has_the_larger_groups_and_counts_the_others():
    drawing = plan_of([[3, 2, 1, 1], [4]])
    assert [box.caption for box in drawing.boxes] == [
        "G0, 3 assets",
        "G1, 2 assets",
        "G4, 4 assets",
    ]
    assert [column.more for column in drawing.columns] == ["2 assets in 2 smaller groups", ""]
    many = plan_of([[2] * 9, *([[2]] * 9)])
    assert many.columns[0].more == "6 assets in 3 smaller groups"
    assert many.more == "2 later waves are not drawn."


def test_lines_lead_to_earlier_waves_alone_and_say_how_many():
    drawing = plan_of([[2, 2], [2]], [(2, 0), (2, 0), (0, 1)])
    assert [line.caption for line in drawing.lines] == ["G2 needs G0: 2 dependencies"]


def test_a_box_is_called_by_its_applications_or_its_first_asset():
    drawing = plan_of([[2, 2, 2]], G0=["shop"], G1=["pay", "crm", "hr"])
    assert [box.label for box in drawing.boxes] == ["shop", "crm +2", "a2-0"]


def test_nothing_is_drawn_where_everything_moves_alone():
    assert plan_of([[1, 1], [1]]) is None


def test_the_report_begins_with_what_is_to_be_decided():
    section = made().sections[0]
    assert section.points == (
        "1 asset runs what is no longer supported by its maker, 1 of them in production: decide"
        " what moves, what is replaced and what goes.",
        "Of 1 asset no dependency is known: ask the owners, or observe, before moving.",
    )
    assert "In short" in report.render(made())
    nothing = made(assets=[], coverage=[], waves=[]).sections[0]
    assert (nothing.points, nothing.sentences[0]) == ((), "There is nothing to move yet.")
