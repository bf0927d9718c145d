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
    wave = {
        "wave": 1, "groups": ["G001"], "assets": 1, "reason": "first", "starts": "2026-03-06",
        "ends": "2026-03-08", "effort_hours": 6.0,
    }  # fmt: skip
    part = {"environment": "production", "waves": [1], "groups": ["G001"], "readiness": "unknown"}
    shop = {
        "name": "Shop", "business_owner": "A. Okafor", "technical_owner": None,
        "criticality": "critical", "readiness": "unknown", "deployments": [part],
        "strategy": "rehost",
    }  # fmt: skip
    known = {"assets": [asset], "coverage": [covered], "waves": [wave], "applications": [shop]}
    return {name: [] for name in TABLES} | known | given


def report_of(**given):
    sentences = ["At most 5 assets a wave (set by ann)"]
    return report.contents("acme", "exit", "s001", "Move", "2026-01-01", rows(**given), sentences)


def test_the_page_escapes_every_text_and_loads_nothing():
    page = report.render(report_of())
    assert "<script" not in page
    assert "&lt;script&gt;alert" in page
    assert re.findall(r'(?:src|href)="(?!#)', page) == []
    assert "Set: At most 5 assets a wave (set by ann)." in page


def test_the_page_draws_its_numbers_and_says_them():
    page = report.render(report_of())
    assert 'aria-label="Assets by wave: wave 1 1"' in page
    assert page.count("<svg") == 8
    assert "1 asset runs what is no longer supported by its maker" in page


def test_an_empty_session_has_a_report():
    page = report.render(report_of(assets=[], coverage=[], waves=[]))
    assert "No connections were observed" in page


@pytest.fixture
def workbook():
    out = io.BytesIO()
    report.write(out, report_of())
    return openpyxl.load_workbook(out)


def test_the_workbook_has_a_sheet_for_each_table_and_charts(workbook):
    assert workbook.sheetnames[0] == "Summary"
    assert workbook.sheetnames[-1] == "Charts"  # their numbers, which nobody has to read
    assert {"Files", "Assets", "Out of support", "Waves", "Groups"} <= set(workbook.sheetnames)
    assert len(workbook["Findings"]._charts) == 8
    dated = [1, 1, 1, "2026-03-06", "2026-03-08", 6, "first"]
    assert [cell.value for cell in workbook["Waves"][2]] == dated


def test_each_sheet_is_printed_as_wide_as_the_paper_and_its_long_cells_are_seen_whole(workbook):
    sheets = [workbook[name] for name in workbook.sheetnames if name != "Charts"]
    assert all(sheet.sheet_properties.pageSetUpPr.fitToPage for sheet in sheets)
    long = max(workbook["Findings"]["B"], key=lambda cell: len(cell.value or ""))
    assert workbook["Findings"].row_dimensions[long.row].height >= 15 * len(long.value) / 110


def pages(workbook):
    """Sheets of paper that a workbook is printed on at most."""
    shown = [sheet for sheet in workbook.worksheets if sheet.sheet_state == "visible"]
    assert all((sheet.page_setup.fitToWidth or 1) == 1 for sheet in shown)
    return sum(int(sheet.page_setup.fitToHeight or 1) for sheet in shown)


def test_it_is_printed_on_25_sheets_of_paper_at_most_the_first_with_the_summary(workbook):
    first = workbook.worksheets[0]
    assert (first.title, first.page_setup.fitToHeight or 1) == ("Summary", 1)
    assert first["A1"].value == "acme: Move"
    assert pages(workbook) <= 25


def test_of_a_long_table_the_first_rows_are_printed_and_the_sheet_has_all():
    out = io.BytesIO()
    asset = rows()["assets"][0]
    report.write(out, report_of(assets=[{**asset, "name": f"sv{at}"} for at in range(300)]))
    workbook = openpyxl.load_workbook(out)
    sheet = workbook["Assets"]
    assert sheet.max_row == 301
    assert sheet.print_area.endswith("$41")
    assert "40 of 300 rows are printed" in sheet.oddHeader.left.text
    assert pages(workbook) <= 25


def test_the_first_page_says_what_was_found_what_moves_what_blocks_and_what_it_rests_on():
    conflicts = [
        {"constraint": 3, "kind": "pin", "sentence": "Pinned", "message": why} for why in ("a", "b")
    ]
    summary = report_of(conflicts=conflicts).sections[0]
    sentences_of = {heading: " ".join(sentences) for heading, sentences in summary.parts}
    assert list(sentences_of) == [
        "What was found", "What moves when", "What blocks it", "What this rests on"
    ]  # fmt: skip
    assert "1 machine, 1 application, 0 databases" in sentences_of["What was found"]
    assert "Windows are set from 2026-03-06 to 2026-03-08." in sentences_of["What moves when"]
    assert sentences_of["What blocks it"].startswith("1 constraint that somebody set cannot hold")
    (table,) = summary.tables
    assert table.rows == [
        ("Shop", "A. Okafor", "critical", "production 1", "unknown", "high")
    ]  # fmt: skip


def test_no_cell_of_the_workbook_is_a_formula(workbook):
    owner = next(cell for cell in workbook["Assets"][2] if cell.value == "=1+1")
    assert owner.data_type == "s"


def test_charts_of_the_workbook_say_their_numbers_to_those_who_do_not_see_them():
    out = io.BytesIO()
    report.write(out, report_of())
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
    report.write(out, report_of(dependencies=[dependency("web", "db", declared, port=1433)]))
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
    section = report_of(dependencies=edges).sections[-1]
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
    page = report.render(report_of(files=files))
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


def test_the_report_begins_with_what_blocks_and_what_it_rests_on():
    parts = dict(report_of().sections[0].parts)
    assert parts["What blocks it"] == (
        "1 asset runs what is no longer supported by its maker, 1 of them in production.",
    )
    assert parts["What this rests on"][-1] == (
        "Of 1 asset no dependency is known: ask the owners, or observe, before moving."
    )
    assert "In short" in report.render(report_of())
    nothing = report_of(assets=[], coverage=[], waves=[], applications=[]).sections[0]
    assert nothing.points == nothing.tables == ()
    assert dict(nothing.parts)["What moves when"] == ("There is nothing to move yet.",)


def test_infrastructure_that_stays_does_not_lead_what_is_most_needed():
    asset = rows()["assets"][0]
    node = {
        "type": "server", "blast_radius": 1, "single_point": False, "service": None,
        "single_point_reason": None, "service_reason": None,
    }  # fmt: skip
    sections = report_of(
        assets=[{**asset, "id": "web"}, {**asset, "id": "esx", "wave": None}],
        nodes=[
            {**node, "id": "esx", "name": "esx01", "fan_in": 40},
            {**node, "id": "web", "name": "web", "fan_in": 2},
        ],
    ).sections
    (needed,) = (t for one in sections for t in one.tables if t.title == "Most needed")
    assert [row[0] for row in needed.rows] == ["web"]


def test_what_single_targets_alone_do_not_take_is_said_apart():
    def ready(*verdicts):
        targets = [
            {"target": name, "readiness": verdict}
            for name, verdict in zip(("generic", "aws", "google"), verdicts, strict=True)
        ]
        more = {"name": "a", "type": "server", "findings": []}
        return {"wave": 1, "readiness": verdicts[0], "targets": targets, **more}

    readiness = [
        ready("ready", "ready", "not_ready"),
        ready("unknown", "unknown", "not_ready"),
        ready("not_ready", "not_ready", "not_ready"),
    ]
    (blocking,) = [
        sentences
        for title, sentences in report_of(readiness=readiness).sections[0].parts
        if title == "What blocks it"
    ]
    assert "Not ready for single targets alone: 2 for Google Cloud; see Readiness." in blocking
