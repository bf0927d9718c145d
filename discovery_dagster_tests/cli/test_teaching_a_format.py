"""The page about teaching formats is true: its commands are run as they stand there."""

import re
import shlex

import pytest

from discovery_dagster_tests.installation import PROJECT

PAGE = (PROJECT / "docs" / "teaching-a-format.md").read_text("utf-8")


def blocks(kind):
    return re.findall(rf"```{kind}\n(.*?)```", PAGE, re.DOTALL)


#: The commands of the page in their order: draft; test and add; import; list, show and remove.
COMMANDS = [shlex.split(line)[1:] for block in blocks("sh") for line in block.strip().splitlines()]
(LIST,) = blocks("csv")
(CORRECTED,) = blocks("yaml")


@pytest.fixture
def follow(move, tmp_path):
    """Run a command of the page for this engagement, with its files."""

    def run(command, **changed):
        words = [changed.get(word, word).replace("dc-exit", move.name) for word in command]
        files = [
            str(tmp_path / word) if word.endswith((".csv", ".yaml")) else word for word in words
        ]
        return move.installation.json(*files)

    return run


def test_an_unknown_list_of_thirty_columns_is_taught_by_three_commands_and_the_next_needs_none(
    move, follow, tmp_path
):
    (tmp_path / "serverliste.csv").write_text(LIST, "utf-8")
    assert len(LIST.splitlines()[0].split(";")) == 30
    draft, test, add, import_, list_, show, remove = COMMANDS
    drafted = follow(draft)
    assert drafted["tables"] == 1
    assert "RCHN_BZ" in (tmp_path / "serverliste.yaml").read_text("utf-8")
    (tmp_path / "serverliste.yaml").write_text(CORRECTED, "utf-8")
    (tried,) = follow(test)["tables"]
    assert (tried["format"], tried["outcomes"]) == ("serverliste", {"accepted": 3, "ignored": 1})
    assert tried["assets"][0]["memory_gb"] == 16.0
    assert follow(add)["notes"] == []

    first = follow(import_)
    (table,) = first["files"][0]["tables"]
    assert table["reason"].startswith("Format serverliste, taught by ")
    assert '"List of the data centre in Zürich"' in table["reason"]
    assets = {asset["name"]: asset for asset in move.export("assets")}
    pay, database = assets["zrhpay01"], assets["zrhdb01"]
    assert (pay["type"], pay["environment"], pay["memory_gb"]) == (
        "virtual_machine", "production", 16.0,
    )  # fmt: skip
    assert (database["type"], database["location"]) == ("server", "Zürich")
    assert "zrhalt01" not in assets
    named = next(row for row in move.export("mapping") if row["column"] == "RCHN_BZ")
    assert (named["method"], named["field"]) == ("format", "name")
    assert named["evidence"][0].startswith("format: serverliste, taught by ")

    header, *rows = LIST.splitlines()
    later = tmp_path / "liste-neu.csv"
    later.write_text("\n".join([header, *(row.replace("zrh", "bas") for row in rows)]), "utf-8")
    second = move.import_files(later)
    assert (second["waiting"], second["files"][0]["accepted"]) == ([], 3)

    (kept,) = [each for each in follow(list_)["formats"] if each["format"] == "serverliste"]
    assert kept["state"] == "holds"
    assert "zrhpay" not in follow(show)["text"]
    follow(remove)
    states = move.installation.json("status", *move.options)["sessions"]
    assert {state["status"] for state in states} == {"stale"}
    log = follow([*list_, "--all"])["formats"]
    assert [each["state"] for each in log if each["format"] == "serverliste"][-2:] == [
        "held before", "removed",
    ]  # fmt: skip


def test_a_format_is_seen_by_its_client_alone(move, tmp_path):
    run = move.installation.json
    theirs = ("--client", "globex", "--engagement", move.name)
    path, formats = tmp_path / "liste.csv", tmp_path / "liste.yaml"
    path.write_text(LIST, "utf-8")
    formats.write_text(CORRECTED.replace("format: serverliste", f"format: {move.name}"), "utf-8")
    run("format", "add", formats, "--reason", "ours", *move.options)
    assert run("format", "list", *theirs)["formats"] == []
    for command in ("show", "remove"):
        reason = ("--reason", "x") if command == "remove" else ()
        refused = run("format", command, move.name, *reason, *theirs, code=2)
        assert refused["error"]["code"] == "no_such_format"
    document = run("import", path, *theirs)
    assert "taught" not in document["files"][0]["tables"][0]["reason"]
    run("format", "remove", move.name, "--reason", "done", *move.options)


def test_what_is_wrong_with_a_file_of_formats_is_said_with_line_and_key(standing, move, tmp_path):
    wrong = tmp_path / "falsch.yaml"
    wrong.write_text(CORRECTED.replace("unit: MB", "unit: MBit"), "utf-8")
    for arguments in (("test", wrong, wrong), ("add", wrong, "--reason", "x", *move.options)):
        error = standing.json("format", *arguments, code=2)["error"]
        assert error["code"] == "invalid_format"
        assert error["message"] in PAGE.replace("serverliste.yaml", "falsch.yaml")


def test_a_format_of_discoverys_own_is_shown_to_start_from(standing, tmp_path):
    shown = standing.json("format", "show", "device42.devices")
    assert shown["author"] == "Discovery"
    ours, devices = tmp_path / "ours.yaml", tmp_path / "devices.csv"
    text = shown["text"].replace("format: device42.devices", "format: our.devices")
    ours.write_text(text.replace("service level: environment", "service level: criticality"))
    devices.write_text("Name,Serial No,Service Level\nweb-01,CZJ1230A1B,High\n")
    (tried,) = standing.json("format", "test", ours, devices)["tables"]
    assert (tried["format"], tried["outcomes"]) == ("our.devices", {"accepted": 1})
    assert tried["assets"][0]["criticality"] == "High"
    for name, code in (("generic.flows", "no_declaration"), ("our.devices", "no_such_format")):
        assert standing.json("format", "show", name, code=2)["error"]["code"] == code
