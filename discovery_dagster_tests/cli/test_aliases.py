"""A name that dependencies use becomes another name of an asset, or lies outside the estate."""

import openpyxl
import pytest

from discovery_dagster_tests.cli.test_decisions import decisions, fill

HOSTS = "Hostname,OS,Serial Number\nlx-041,RHEL 8,QX100\nlx-042,RHEL 9,QX101\n"
NEEDS = (
    "Source,Target,Port\nlx-042,kasse.corp.example,443\nlx-042,fax-gateway,25\n"
    "lx-042,10.9.0.77,443\n"
)
REASON = ("--reason", "says the operator", "--author", "ann")


@pytest.fixture
def imported(move, tmp_path):
    (tmp_path / "hosts.csv").write_text(HOSTS)
    (tmp_path / "needs.csv").write_text(NEEDS)
    move.import_files(tmp_path / "hosts.csv", tmp_path / "needs.csv")
    return move


def names(move, session="s001"):
    return {asset["name"]: asset for asset in move.export("assets", session)}


def targets(move, session="s001"):
    return {row["target"] for row in move.export("dependencies", session)}


def stale(move):
    (state,) = move.installation.json("status", *move.options, "--session", "s001")["sessions"]
    return [step["step"] for step in state["steps"] if step["status"] == "stale"]


def append(path, sheet, **cells):
    book = openpyxl.load_workbook(path)
    page = book[sheet]
    columns = {cell.value: cell.column for cell in page[1]}
    row = page.max_row + 1
    for name, value in cells.items():
        page.cell(row, columns[name]).value = value
    book.save(path)


def alias(move, *words, code=0):
    return move.installation.json("alias", *words, *move.options, code=code)


def test_a_join_with_what_relations_alone_name_joins_in_this_session_and_the_next(
    imported, tmp_path
):
    move = imported
    before = names(move)
    where = (*move.options, "--session", "s001")
    document = move.installation.json(
        "identity", "join", "kasse.corp.example", "lx-041", *REASON, *where
    )
    assert document["sentence"].startswith("kasse.corp.example is another name of lx-041")
    assert stale(move)[0] == "inventory"
    move.run()
    after = names(move)
    assert after.keys() == {"lx-041", "lx-042", "fax-gateway"}
    assert after["lx-041"]["id"] == before["lx-041"]["id"]
    assert "kasse.corp.example" in after["lx-041"]["aliases"]
    assert targets(move) == {"lx-041", "fax-gateway", "10.9.0.77"}
    move.import_files(tmp_path / "hosts.csv", tmp_path / "needs.csv")
    assert targets(move, "s002") == targets(move)
    given = alias(move, "list")["aliases"]
    assert {row["asset"] for row in given} == {"lx-041"}
    for row in given:
        alias(move, "remove", str(row["number"]))
    move.run()
    assert names(move).keys() == before.keys()


def test_an_alias_is_given_or_refused_in_a_sentence(imported):
    move = imported
    refused = {
        ("lx-041", "lx-042"): "name of another listed asset",
        ("lx-041", "LX-041"): "a name of lx-041 already",
        ("lx-041", "10.9.0.77"): "is an address",
        ("lx-041", " "): "needs at least one letter",
    }
    for words, expected in refused.items():
        error = alias(move, "set", *words, *REASON, code=2)["error"]
        assert (error["code"], expected in error["message"]) == ("invalid_alias", True), words
    assert alias(move, "set", "nobody", "x", *REASON, code=2)["error"]["code"] == "no_such_asset"
    assert alias(move, "remove", "99", code=2)["error"]["code"] == "no_such_decision"
    alias(move, "set", "lx-041", "kasse.corp.example", "till", *REASON, "--session", "s001")
    move.run()
    assert names(move)["lx-041"]["aliases"] == ["kasse.corp.example", "till"]
    assert "kasse.corp.example" not in names(move)


def test_answers_about_endpoints_have_their_effect_or_come_back(imported, tmp_path):
    move, path = imported, tmp_path / "decisions.xlsx"
    decisions(move, "export", "-o", str(path))
    rows = {"fax-gateway": "external", "kasse.corp.example": "lx-041", "nowhere": "external",
            "lx-042": "external"}  # fmt: skip
    for endpoint, answer in rows.items():
        append(path, "Endpoints", Endpoint=endpoint, Answer=answer, Reason="so")
    fill(path, "Endpoints", {"Endpoint": "10.9.0.77"}, "external", Reason="a partner")
    outcome = decisions(move, "import", str(path))
    assert outcome["applied"] == 3
    problems = sorted(problem["message"] for problem in outcome["problems"])
    assert len(problems) == 2
    assert "is an asset that a list declares" in problems[0]
    assert problems[1].endswith("names 'nowhere'.")
    move.run()
    fax = names(move)["fax-gateway"]
    assert (fax["type"], fax["wave"], fax["overridden"]) == ("external", None, True)
    assert "kasse.corp.example" not in names(move)
    ends = {row["target"]: row["target_why"] for row in move.export("dependencies")}
    assert ends == {"fax-gateway": None, "lx-041": None, "10.9.0.77": "external"}
    questions = decisions(move, "export", "-o", str(path))["questions"]
    assert questions["Endpoints"] == 0


def test_things_that_nothing_identifies_are_not_joined_without_effect(move, tmp_path):
    rows = "Application,Owner\nLedger,ann\nLedger,bob\nGeneral Ledger,cy\n"
    (tmp_path / "applications.csv").write_text(rows)
    move.import_files(tmp_path / "applications.csv")
    ids = [asset["id"] for asset in move.export("assets")]
    where = (*move.options, "--session", "s001")
    for other in ids[1:]:
        joined = move.installation.run("identity", "join", ids[0], other, *REASON, *where)
        if joined.returncode == 2:
            assert "Nothing identifies" in joined.stderr + joined.stdout
            assert "host name, a serial number or an id" in joined.stderr + joined.stdout
            continue
        move.run()
        assert len(move.export("assets")) < len(ids), "a join that is taken joins"


def test_the_workbook_joins_what_relations_alone_name_once(imported, tmp_path):
    move, path = imported, tmp_path / "decisions.xlsx"
    decisions(move, "export", "-o", str(path))
    ids = {name: asset["id"] for name, asset in names(move).items()}
    cells = {"Id": ids["lx-041"], "Other id": ids["fax-gateway"]}
    append(path, "Same thing", **cells, Answer="same", Reason="so")
    append(path, "Same thing", **{**cells, "Id": "gone"}, Answer="different", Reason="so")
    outcome = decisions(move, "import", str(path))
    assert (outcome["applied"], [each["column"] for each in outcome["problems"]]) == (1, ["Id"])
    move.run()
    assert names(move)["lx-041"]["aliases"] == ["fax-gateway"]
    again = decisions(move, "import", str(path))
    assert (again["applied"], again["unchanged"]) == (0, 1)
