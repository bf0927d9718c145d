"""A client's own words as a person explains them: on the command line, and in the workbook."""

import pytest

from discovery_dagster_tests.cli.test_decisions import decisions, fill, rows_of


@pytest.fixture
def words(move):
    """Words that no other test of the client has."""
    return [f"{word}{move.name}".upper() for word in ("ora", "was", "p")]


@pytest.fixture
def imported(move, words, tmp_path):
    types = [words[0]] * 3 + [words[1]] * 2 + ["server"]
    rows = [f"prd-x{at},{word},{words[2]}" for at, word in enumerate(types)]
    (tmp_path / "cmdb.csv").write_text("\n".join(["Name,Class,Environment", *rows]) + "\n")
    move.import_files(tmp_path / "cmdb.csv")
    return move


def test_words_are_listed_explained_and_taken_back_on_the_command_line(imported, words):
    run, options = imported.installation.json, imported.options
    listed = run("dictionary", "list", "--unknown", *options)["words"]
    assert {(each["field"], each["word"], each["rows"]) for each in listed} == {
        ("type", words[0], 3), ("type", words[1], 2), ("environment", words[2], 6),
    }  # fmt: skip
    assert listed[0]["files"] == ["cmdb.csv"]

    wrong = run("dictionary", "set", "type", words[0], "databse", *options, code=2)
    assert "allowed are server," in wrong["error"]["message"]
    assert wrong["error"]["message"].endswith("Nearest: database.")

    why = ("--reason", "asked the owner", "--author", "ann")
    done = run("dictionary", "set", "type", words[0].lower(), "Database", *why, *options)
    assert (done["meaning"], done["changed"], done["sessions"]) == ("database", True, ["s001"])
    again = run("dictionary", "set", "type", words[0].lower(), "database", *why, *options)
    assert again["changed"] is False
    (state,) = run("status", *options)["sessions"]
    assert state["status"] == "stale"
    imported.run()
    where = (*options, "--session", "s001")
    explained = run("why", "prd-x0", *where)
    assert explained["asset"]["type"] == "database"
    (sentence,) = [each for each in explained["asset"]["rationale"] if words[0] in each]
    assert "in `Class` means database" in sentence
    assert "asked the owner" in sentence

    assert run("dictionary", "remove", "type", words[0], *options)["removed"]["word"] == (
        words[0].lower()
    )
    missing = run("dictionary", "remove", "type", words[0], *options, code=2)
    assert "has no type" in missing["error"]["message"]


def test_the_workbook_asks_for_each_word_once_and_takes_its_answer(imported, words, tmp_path):
    path, back = tmp_path / "decisions.xlsx", tmp_path / "refused.xlsx"
    assert decisions(imported, "export", "-o", str(path))["questions"]["Dictionary"] == 3
    asked = {row["Word"]: row for row in rows_of(path, "Dictionary")}
    assert asked[words[2]]["Proposed"].startswith("production: ")
    wrong = fill(path, "Dictionary", {"Word": words[0]}, "toaster")
    nothing = fill(path, "Dictionary", {"Word": words[1]}, "accept")
    fill(path, "Dictionary", {"Word": words[2]}, "accept", Author="ann")
    done = decisions(imported, "import", str(path), "--refused", str(back), "--run")
    assert done["applied"] == 1
    places = {(each["sheet"], each["row"], each["column"]) for each in done["problems"]}
    assert places == {("Dictionary", wrong, "Answer"), ("Dictionary", nothing, "Answer")}
    assert {row["environment"] for row in imported.export("assets")} == {"production"}

    where = (*imported.options, "--session", "s001")
    (value,) = imported.installation.json("lineage", "prd-x0", "environment", *where)["values"]
    (source,) = value["sources"]
    assert (source["text"], source["value"]) == (words[2], "production")
    assert "as ann decided on" in source["transform"]
    fill(back, "Dictionary", {"Word": words[0]}, "database")
    fill(back, "Dictionary", {"Word": words[1]}, "nothing")
    assert decisions(imported, "import", str(back))["applied"] == 2
    assert decisions(imported, "import", str(back))["unchanged"] == 2
    imported.installation.json(
        "dictionary", "set", "type", words[0], "storage", "--author", "bob", *imported.options
    )
    (problem,) = decisions(imported, "import", str(back))["problems"]
    assert "bob decided" in problem["message"]
    assert decisions(imported, "export", "-o", str(path))["questions"]["Dictionary"] == 0
