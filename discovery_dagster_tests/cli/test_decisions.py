"""The decisions workbook as a person uses it: out, filled in, in again, and what takes effect."""

import uuid

import openpyxl
import pytest

SERVERS = (
    "Hostname,OS,IP Address,CPU Cores,Dunno\n"
    "web-01,Ubuntu 22.04,10.0.0.1,4,x1\n"
    "db-01,RHEL 8,10.0.0.2,4,x2\n"
    "=cmd|'/c calc'!A1,,,,x3\n"
    "billing01app,Debian 12,10.0.0.9,2,x4\n"
    "billing-01-app,,,,x5\n"
)
NEEDS = "Source,Target,Relation\nweb-01,db-01,Depends on\nweb-01,10.0.0.77,Depends on\n"


def import_estate(move, folder):
    # Decisions about columns are the client's, whom tests share; so the column is this test's.
    (folder / "servers.csv").write_text(SERVERS.replace("Dunno", f"Dunno {move.name}"))
    (folder / "needs.csv").write_text(NEEDS)
    move.import_files(folder / "servers.csv", folder / "needs.csv")
    return move


@pytest.fixture
def imported(move, tmp_path):
    return import_estate(move, tmp_path)


@pytest.fixture(scope="module")
def shared(standing, tmp_path_factory):
    """An engagement for tests that decide about different things, and run nothing."""
    engagement = standing.engagement(f"e{uuid.uuid4().hex[:12]}")
    return import_estate(engagement, tmp_path_factory.mktemp("drop"))


def decisions(move, *arguments, code=0):
    where = (*move.options, "--session", "s001")
    return move.installation.json("decisions", *arguments, *where, code=code)


def rows_of(path, sheet):
    page = openpyxl.load_workbook(path)[sheet]
    heading, *rows = page.iter_rows(values_only=True)
    return [dict(zip(heading, row, strict=True)) for row in rows]


def fill(path, sheet, chosen, answer, **more):
    """Fill in the first row of which `chosen` has the cells."""
    book = openpyxl.load_workbook(path)
    page = book[sheet]
    columns = {cell.value: cell.column for cell in page[1]}
    for row in range(2, page.max_row + 1):
        if all(page.cell(row, columns[name]).value == value for name, value in chosen.items()):
            for name, value in {"Answer": answer, **more}.items():
                page.cell(row, columns[name]).value = value
            book.save(path)
            return row
    raise AssertionError(f"no row has {chosen}")


def test_answers_take_effect_after_the_offered_run_and_once(imported, tmp_path):
    path = tmp_path / "decisions.xlsx"
    exported = decisions(imported, "export", "-o", str(path))
    assert exported["questions"]["Endpoints"] == 1
    fill(path, "Assets", {"Asset": "billing-01-app", "Field": "type"}, "application")
    fill(path, "Assets", {"Asset": "web-01", "Field": "environment"}, "Production")
    fill(path, "Endpoints", {"Endpoint": "10.0.0.77"}, "db-01", Reason="its second address")
    fill(path, "Columns", {"Column": f"Dunno {imported.name}"}, "description")
    done = decisions(imported, "import", str(path), "--reason", "asked", "--author", "ann", "--run")
    assert (done["applied"], done["problems"]) == (4, [])
    assert [each["status"] for each in done["sessions"]] == ["done"]

    assets = {row["name"]: row for row in imported.export("assets")}
    assert assets["billing-01-app"]["type"] == "application"
    assert any("ann" in each and "asked" in each for each in assets["web-01"]["rationale"])
    assert assets["web-01"]["description"] == "x1"
    (edge,) = imported.export("dependencies")
    assert (edge["target"], edge["resolved"], len(edge["evidence"])) == ("db-01", True, 2)

    again = decisions(imported, "import", str(path), "--reason", "asked", "--author", "ann")
    assert (again["applied"], again["unchanged"], again["sessions"]) == (0, 4, [])
    log = imported.installation.json("override", "list", *imported.options)["overrides"]
    assert [row["kind"] for row in log] == ["asset", "asset", "endpoint"]
    assert decisions(imported, "export", "-o", str(path))["questions"]["Endpoints"] == 0


def test_what_cannot_be_applied_is_told_by_sheet_row_and_column(imported, tmp_path):
    path, back = tmp_path / "decisions.xlsx", tmp_path / "refused.xlsx"
    decisions(imported, "export", "-o", str(path))
    wrong = fill(path, "Assets", {"Asset": "web-01", "Field": "type"}, "toaster", Reason="so")
    proposed = fill(path, "Assets", {"Asset": "db-01", "Field": "type"}, "accept", Reason="so")
    unexplained = fill(path, "Assets", {"Asset": "web-01", "Field": "environment"}, "test")
    nowhere = fill(path, "Endpoints", {"Endpoint": "10.0.0.77"}, "db-99", Reason="so")
    column = fill(path, "Columns", {"Column": f"Dunno {imported.name}"}, "accept")
    right = fill(path, "Assets", {"Asset": "db-01", "Field": "environment"}, "test", Reason="so")
    done = decisions(imported, "import", str(path), "--refused", str(back))
    assert done["applied"] == 1
    places = {(each["sheet"], each["row"], each["column"]) for each in done["problems"]}
    assert places == {
        ("Assets", wrong, "Answer"),
        ("Assets", proposed, "Answer"),
        ("Assets", unexplained, "Reason"),
        ("Endpoints", nowhere, "Answer"),
        ("Columns", column, "Answer"),
    }
    by_asset = {(row["Asset"], row["Field"]): row["Problem"] for row in rows_of(back, "Assets")}
    assert ("db-01", "environment") not in by_asset, right
    assert by_asset["web-01", "type"].startswith('"toaster" is no type')
    fill(back, "Assets", {"Asset": "web-01", "Field": "type"}, "server")
    mended = decisions(imported, "import", str(back))
    assert mended["applied"] == 1


def test_names_stay_text_and_what_looks_alike_is_only_asked(shared, tmp_path):
    path = tmp_path / "decisions.xlsx"
    decisions(shared, "export", "-o", str(path))
    assert not any(
        cell.data_type == "f"
        for page in openpyxl.load_workbook(path)
        for row in page.iter_rows()
        for cell in row
    )
    (pair,) = rows_of(path, "Same thing")
    assert {pair["Asset"], pair["Other asset"]} == {"billing01app", "billing-01-app"}
    fill(path, "Same thing", {"Asset": pair["Asset"]}, "different", Reason="two boxes")
    assert decisions(shared, "import", str(path))["applied"] == 1
    assert decisions(shared, "import", str(path))["unchanged"] == 1
    assert decisions(shared, "export", "-o", str(path))["questions"]["Same thing"] == 0


def test_the_same_thing_becomes_one_asset(imported, tmp_path):
    path = tmp_path / "decisions.xlsx"
    decisions(imported, "export", "-o", str(path))
    (pair,) = rows_of(path, "Same thing")
    fill(path, "Same thing", {"Asset": pair["Asset"]}, "same", Reason="seen in the rack")
    assert decisions(imported, "import", str(path), "--run")["applied"] == 1
    names = [row["name"] for row in imported.export("assets")]
    assert len([name for name in names if name.startswith("billing")]) == 1
    assert decisions(imported, "import", str(path))["unchanged"] == 1


def test_an_answer_does_not_outrank_what_was_decided_since(shared, tmp_path):
    path = tmp_path / "decisions.xlsx"
    decisions(shared, "export", "-o", str(path))
    row = fill(path, "Assets", {"Asset": "web-01", "Field": "type"}, "application", Reason="so")
    words = ("web-01", "type", "virtual_machine", "--reason", "seen", "--author", "bob")
    shared.installation.json("override", "set", *words, *shared.options)
    (problem,) = decisions(shared, "import", str(path))["problems"]
    assert (problem["sheet"], problem["row"]) == ("Assets", row)
    assert "bob decided virtual_machine" in problem["message"]


def test_another_sessions_workbook_and_other_files_are_refused(shared, move, tmp_path):
    path = tmp_path / "decisions.xlsx"
    decisions(shared, "export", "-o", str(path))
    (tmp_path / "servers.csv").write_text("Hostname,OS\nweb-01,Ubuntu 22.04\n")
    move.import_files(tmp_path / "servers.csv")
    assert decisions(move, "import", str(path), code=2)["error"]["code"] == "another_session"
    for name, content in {"a.xlsx": b"PK\x03\x04no", "b.xlsx": b"Host\nx\n"}.items():
        (tmp_path / name).write_bytes(content)
        assert decisions(shared, "import", str(tmp_path / name), code=2)["error"]["message"]
    openpyxl.Workbook().save(path)
    error = decisions(shared, "import", str(path), code=2)["error"]
    assert error["code"] == "no_decisions_workbook"
    assert decisions(shared, "import", str(tmp_path / "no.xlsx"), code=2)


def test_what_sources_say_in_unknown_words_is_asked_and_what_becomes_of_applications(
    move, tmp_path
):
    (tmp_path / "apps.csv").write_text("Application Name,Criticality\nLedger,Defcon 2\nShop,High\n")
    (tmp_path / "servers.csv").write_text("Hostname,OS\nbox-1,Toaster OS 3\nbox-2,RHEL 8\n")
    move.import_files(tmp_path / "apps.csv", tmp_path / "servers.csv")
    path = tmp_path / "decisions.xlsx"
    decisions(move, "export", "-o", str(path))
    by_asset = {(row["Asset"], row["Field"]): row for row in rows_of(path, "Assets")}
    asked = [(row["Field"], row["Word"]) for row in rows_of(path, "Dictionary")]
    assert asked == [("criticality", "Defcon 2")]
    assert "Toaster OS 3" in by_asset["box-1", "os_family"]["Why"]
    assert "No rule decides" in by_asset["Ledger", "strategy"]["Why"]
    for known in (
        ("Ledger", "criticality"),
        ("Shop", "criticality"),
        ("box-2", "os_family"),
        ("box-2", "strategy"),
    ):
        assert known not in by_asset
    book = openpyxl.load_workbook(path)
    offered = {str(each.formula1) for each in book["Assets"].data_validations.dataValidation}
    assert len(offered) >= 4, "a list of choices for each field"

    for (name, field), answer in {
        ("box-1", "os_family"): "linux",
        ("Ledger", "strategy"): "refactor",
    }.items():
        fill(path, "Assets", {"Asset": name, "Field": field}, answer)
    fill(path, "Dictionary", {"Word": "Defcon 2"}, "critical")
    done = decisions(move, "import", str(path), "--reason", "asked", "--author", "ann", "--run")
    assert (done["applied"], done["problems"]) == (3, [])
    assets = {row["name"]: row for row in move.export("assets")}
    ledger = assets["Ledger"]
    assert (ledger["criticality"], ledger["strategy"]) == ("critical", "refactor")
    assert assets["box-1"]["os_family"] == "linux"
    decisions(move, "export", "-o", str(path))
    again = {(row["Asset"], row["Field"]) for row in rows_of(path, "Assets")}
    assert ("box-1", "os_family") not in again
    assert rows_of(path, "Dictionary") == []
    assert ("Ledger", "strategy") not in again


OWNED = (
    "Hostname,IP Address,Storage (GB),Owner\n"
    "till-01,10.4.0.1,100,Ann Li\ntill-02,10.4.0.2,200,Ann Li\nbox-01,10.4.0.3,300,Bo Ek\n"
)
MEASURED = "Host,IP,Storage (GB)\ntill-01,10.4.0.1,150\ntill-02,10.4.0.2,250\nbox-01,10.4.0.3,350\n"


def test_each_person_has_a_workbook_of_their_questions_that_is_read_back(move, tmp_path):
    (tmp_path / "owned.csv").write_text(OWNED)
    (tmp_path / "measured.csv").write_text(MEASURED)
    move.import_files(tmp_path / "owned.csv", tmp_path / "measured.csv")
    folder = tmp_path / "questions"
    asked = decisions(move, "people", "-o", str(folder))["people"]
    files = {each["person"]: each["file"] for each in asked}
    questions = {each["person"]: each["questions"].get("Conflicts", 0) for each in asked}
    assert (questions["Ann Li"], questions["Bo Ek"]) == (2, 1)
    assert {file.name for file in folder.iterdir()} >= {
        "questions-ann-li.xlsx",
        "questions-bo-ek.xlsx",
    }
    assert {row["Asset"] for row in rows_of(files["Ann Li"], "Conflicts")} == {"till-01", "till-02"}
    fill(files["Ann Li"], "Conflicts", {"Asset": "till-01"}, "150", Author="Ann Li")
    done = decisions(move, "import", files["Ann Li"], "--reason", "asked")
    assert (done["applied"], done["problems"]) == (1, [])
    left = decisions(move, "people", "--person", "Ann Li")["people"]
    assert [each["questions"]["Conflicts"] for each in left] == [1]
    wrong = decisions(move, "people", "--person", "Eve", code=2)
    assert wrong["error"]["code"] == "no_such_person"
