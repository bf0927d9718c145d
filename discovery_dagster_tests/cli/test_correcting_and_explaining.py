"""Correcting, deciding and explaining, as a person does it: by the command line."""

import openpyxl

from discovery_dagster_tests.cli.test_bad_input import WHERE


def test_a_dry_run_shows_what_would_be_found_and_makes_no_home(installation, tmp_path):
    path = tmp_path / "servers.csv"
    path.write_text("Hostname,OS\nweb-01,Ubuntu 22.04\n,Ubuntu 22.04\n")
    previewed = installation.json("import", path, *WHERE, "--dry-run")
    (file,) = previewed["files"]
    assert (file["records"], file["accepted"], file["rejected"]) == (2, 1, 1)
    assert {row["column"]: row["field"] for row in previewed["mapping"]} == {
        "Hostname": "hostname",
        "OS": "os_name",
    }
    (reject,) = previewed["rejects"]
    assert (reject["line"], reject["raw"]["OS"]) == (3, "Ubuntu 22.04")
    assert previewed["issues"][0]["severity"] == "error"
    assert list(installation.home.iterdir()) == []


def test_rejects_are_corrected_a_column_is_decided_and_a_value_explained(standing, tmp_path):
    path = tmp_path / "servers.csv"
    path.write_text("Hostname,Kostenstelle\nweb-01,Berlin\n,Ulm\n")
    # A client of its own, for which decisions about columns hold.
    engagement = ("--client", "hooli", "--engagement", "move")
    session = (*engagement, "--session", "s001")
    standing.json("import", path, *engagement)
    fix = tmp_path / "fix.xlsx"
    exported = standing.run("export", "rejects", *session, "--format", "xlsx", "-o", fix)
    assert exported.returncode == 0, exported.stderr
    book = openpyxl.load_workbook(fix)
    book["servers"]["A2"] = "web-02"
    book.save(fix)
    decided = standing.json(
        "mapping", "accept", "servers.csv", "Kostenstelle", "location", *session, "--author", "ann"
    )
    assert decided["run"].startswith("discovery run --client hooli")
    document = standing.json("import", fix, *session)
    files = {file["name"]: (file["accepted"], file["rejected"]) for file in document["files"]}
    assert files == {"servers.csv": (2, 0), "fix.xlsx": (1, 0)}
    explained = standing.json("lineage", "web-02", "location", *session)
    (source,) = explained["values"][0]["sources"]
    assert (source["file"], source["line"], source["text"]) == ("servers.csv", 3, "Ulm")
    assert (source["method"], source["corrected"]["file"]) == ("person", "fix.xlsx")
    assert standing.json("lineage", "nothing", *session, code=2)["error"]["code"] == (
        "no_such_asset"
    )


def test_a_rejection_takes_a_field_from_its_column_or_is_refused(standing, tmp_path):
    path = tmp_path / "servers.csv"
    path.write_text("Hostname,Location,Kostenstelle\nweb-01,Ulm,4711\n")
    # A client of its own, for which decisions about columns hold.
    engagement = ("--client", "initech", "--engagement", "move")
    session = (*engagement, "--session", "s001")
    standing.json("import", path, *engagement)
    about = (path.name, "Kostenstelle", "location", *session)

    refused = standing.json("mapping", "reject", *about, code=2)
    assert refused["error"]["code"] == "nothing_to_reject"
    assert "Kostenstelle is not taken for location but for" in refused["error"]["message"]

    standing.json("mapping", "reject", path.name, "Location", "location", *session)
    standing.json("run", *session)
    (asset,) = standing.json("export", "assets", *session)
    assert asset["location"] is None

    # What a person accepted can be rejected before it has had its effect.
    standing.json("mapping", "accept", *about)
    standing.json("mapping", "reject", *about)
    standing.json("run", *session)
    (asset,) = standing.json("export", "assets", *session)
    assert asset["location"] is None
