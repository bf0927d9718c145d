"""A table of decisions beside the files of a drop: what takes effect, what comes back, and when."""

import csv
import shutil
import subprocess

import openpyxl
import pytest

from discovery_dagster_tests.installation import PROJECT
from discovery_dagster_tests.victim import PROCESS, Blow

pytestmark = pytest.mark.long

SERVERS = "Hostname,OS,Environment\nweb-01,Ubuntu 22.04,prod\ndb-01.acme.example,RHEL 8,prod\n"
HEADER = "asset,field,value,reason,author\n"
LINES = HEADER + (
    "WEB-01,type,application,an app,ann\n"
    "db-01,Environment,Test,moved,ann\n"
    "nowhere-99,environment,test,moved,ann\n"
    "web-01,colour,red,so,ann\n"
    "web-01,environment,prodd,,\n"
    "web-01,type,server,not so,ann\n"
    ",,,,\n"
    "web-01,strategy,retire,agreed,bob\n"
)


@pytest.fixture
def drop(tmp_path):
    folder = tmp_path / "drop"
    folder.mkdir()
    (folder / "servers.csv").write_text(SERVERS)
    (folder / "overrides.csv").write_text(LINES)
    return folder


def log(move):
    return move.installation.json("override", "list", "--all", *move.options)["overrides"]


def asset(move, name, session="s001"):
    return next(row for row in move.export("assets", session) if row["name"] == name)


def put(move, *words):
    words = (*words, "--reason", "seen", "--author", "carl")
    return move.installation.json("override", "set", *words, *move.options)


def test_lines_take_effect_on_assets_of_the_same_drop_and_the_others_come_back(move, drop):
    files = {file["name"]: file for file in move.import_files(drop)["files"]}
    account = files["overrides.csv"]
    assert account["format"] == "overrides"
    assert [account[name] for name in ("records", "accepted", "rejected", "ignored")] == [
        8,
        3,
        4,
        1,
    ]

    web, db = asset(move, "web-01"), asset(move, "db-01.acme.example")
    assert (web["type"], web["strategy"], web["overridden"]) == ("application", "retire", True)
    assert db["environment"] == "test"
    (sentence,) = [each for each in db["rationale"] if "set by ann on" in each]
    assert "moved; the rules said production" in sentence
    assert [(row["field"], row["before"], row["author"], row["origin"]) for row in log(move)] == [
        ("type", "server", "ann", "file overrides.csv line 2"),
        ("environment", "production", "ann", "file overrides.csv line 3"),
        ("strategy", None, "bob", "file overrides.csv line 9"),
    ]

    refused = {row["line"]: row["reasons"] for row in move.export("rejects")}
    assert {line: [each["code"] for each in expected] for line, expected in refused.items()} == {
        4: ["no_such_asset"],
        5: ["unknown_field"],
        6: ["unknown_value", "no_reason", "no_author"],
        7: ["contradicting"],
    }
    assert [each["field"] for each in refused[6]] == ["value", "reason", "author"]
    status = move.installation.json("status", *move.options, "--session", "s001")["sessions"][0]
    assert status["status"] == "done"


def test_imported_again_it_does_nothing_twice_and_outranks_nothing_decided_since(move, drop):
    move.import_files(drop)
    put(move, "web-01", "type", "virtual_machine", "--run")
    again = move.import_files(drop)["files"]
    assert len(log(move)) == 4
    assert asset(move, "web-01", "s002")["type"] == "virtual_machine"
    assert asset(move, "db-01.acme.example", "s002")["environment"] == "test"
    refused = {row["line"]: row["reasons"][0] for row in move.export("rejects", "s002")}
    assert refused[2]["code"] == "decided_since"
    assert "carl decided virtual_machine" in refused[2]["message"]
    assert next(file for file in again if file["name"] == "overrides.csv")["accepted"] == 2
    move.installation.json("backfill", *move.options, "--steps", "inventory")
    assert len(log(move)) == 4
    assert 2 not in {row["line"] for row in move.export("rejects", "s001")}


def test_a_line_about_an_asset_of_an_earlier_session_is_heard_there(move, drop, tmp_path):
    (drop / "overrides.csv").unlink()
    move.import_files(drop)
    (tmp_path / "decided.csv").write_text(HEADER + "db-01,criticality,high,billing,ann\n")
    imported = move.import_files(tmp_path / "decided.csv")
    assert (imported["status"], imported["counts"]["assets"]) == ("done", 0)
    status = move.installation.json("status", *move.options, "--session", "s001")["sessions"][0]
    assert status["status"] == "stale"
    move.run()
    assert asset(move, "db-01.acme.example")["criticality"] == "high"


def test_a_corrected_line_takes_effect(move, drop, tmp_path):
    move.import_files(drop)
    fixed, where = tmp_path / "fixed.xlsx", (*move.options, "--session", "s001")
    done = move.installation.run("export", "rejects", *where, "--format", "xlsx", "-o", str(fixed))
    assert done.returncode == 0, done.stderr
    book = openpyxl.load_workbook(fixed)
    (page,) = book
    row = next(row for row in page.iter_rows(min_row=2) if row[0].value == "nowhere-99")
    row[0].value = "web-01"
    book.save(fixed)
    move.import_files(fixed, *where[-2:])
    assert asset(move, "web-01")["environment"] == "test"
    assert 4 not in {each["line"] for each in move.export("rejects")}


def test_a_name_of_two_assets_is_none_and_an_id_of_another_engagement_is_no_asset(
    move, standing, drop
):
    other = standing.engagement(f"{move.name}x")
    other.import_files(drop)
    foreign = asset(other, "web-01")["id"]
    (drop / "servers.csv").write_text("FQDN\napp.a.example\napp.b.example\n")
    lines = f"app,type,server,so,ann\n{foreign},type,server,so,ann\n"
    (drop / "overrides.csv").write_text(HEADER + lines)
    move.import_files(drop)
    codes = [row["reasons"][0]["code"] for row in move.export("rejects")]
    assert codes == ["ambiguous_asset", "no_such_asset"]
    assert log(move) == []


@pytest.mark.parametrize("moment", ["working", "writing"])
def test_killed_where_lines_are_decided_none_is_lost_or_said_twice(move, drop, moment):
    blow = Blow("inventory", moment, PROCESS)
    killed = subprocess.run(
        blow.command("import", drop, *move.options, "--json"),
        env=move.installation.environment,
        cwd=PROJECT,
        capture_output=True,
        timeout=240,
        check=False,
    )
    assert killed.returncode == -9
    move.run()
    assert [row["decision"] for row in log(move)] == [1, 2, 3]
    assert asset(move, "web-01")["type"] == "application"
    assert len(move.export("rejects")) == 4


def test_it_is_known_by_its_columns_whatever_it_is_called_and_never_by_a_workbook_of_questions(
    move, drop, tmp_path
):
    shutil.move(drop / "overrides.csv", drop / "what we agreed.csv")
    with (drop / "filled in.csv").open("w", newline="") as file:
        csv.writer(file).writerows(
            [["Asset", "Field", "Value", "Answer", "Reason", "Author"],
             ["web-01", "environment", "production", "test", "so", "ann"]]
        )  # fmt: skip
    (tmp_path / "overrides.csv").write_text("asset,field,value\nweb-01,type,server\n")
    files = move.import_files(drop, tmp_path / "overrides.csv")["files"]
    formats = {file["name"]: file["format"] for file in files}
    assert formats["what we agreed.csv"] == formats["overrides.csv"] == "overrides"
    assert formats["filled in.csv"] != "overrides"
    assert len(log(move)) == 3
