"""From a list that nobody understands to one that is read: two commands, and none for the next."""

WAITING = "Etykieta,Producent,Stan\nabc-web-01,Dell,akt\nabc-web-02,Dell,akt\nabc-db-01,HP,nie\n"
PATCHES = (
    "Computer,IP Address,KB Article,Title,Severity,Status\n"
    "abc-sql-01,10.1.1.1,KB1,One,Critical,Missing\n"
    "abc-sql-01,10.1.1.1,KB2,Two,Critical,Missing\n"
)


def file_of(document, name):
    return next(file for file in document["files"] if file["name"] == name)


def test_a_waiting_table_is_taught_in_two_commands_and_the_next_one_of_its_kind_needs_none(
    move, tmp_path
):
    unknown, patches = tmp_path / "lista.csv", tmp_path / "patches.csv"
    unknown.write_text(WAITING)
    patches.write_text(PATCHES)
    document = move.import_files(unknown, patches)
    waiting = file_of(document, "lista.csv")
    assert document["status"] == "done"
    assert (waiting["records"], waiting["accepted"], waiting["ignored"]) == (3, 0, 3)
    (table,) = waiting["tables"]
    assert (table["grain"], table["status"], table["name_column"]) == (
        "thing", "waiting", "Etykieta",
    )  # fmt: skip
    (sentence,) = document["waiting"]
    assert 'discovery grain set "lista.csv" thing --name "Etykieta"' in sentence
    observed = file_of(document, "patches.csv")
    assert [each["grain"] for each in observed["tables"]] == ["observation"]
    assert (observed["accepted"], document["counts"]["assets"]) == (2, 1)
    assert "table_waits" in {issue["code"] for issue in move.export("issues")}

    run = move.installation.json
    where = (*move.options, "--session", "s001")
    run("grain", "set", "lista.csv", "thing", "--name", "Etykieta", *where)
    (state,) = run("status", *where)["sessions"]
    assert state["status"] == "stale"
    taught = move.run()
    assert (file_of(taught, "lista.csv")["accepted"], taught["waiting"]) == (3, [])
    assert {asset["name"] for asset in move.export("assets")} == {
        "abc-web-01", "abc-web-02", "abc-db-01", "abc-sql-01",
    }  # fmt: skip

    later = tmp_path / "lista-2.csv"
    later.write_text("Stan,Etykieta,Producent\nakt,abc-web-07,Dell\n")
    document = move.import_files(later)
    assert (document["waiting"], file_of(document, "lista-2.csv")["accepted"]) == ([], 1)
    (row,) = move.export("files", "s002")
    assert row["tables"][0]["grain"] == "thing"

    (decided,) = run("grain", "list", *where)["decisions"]
    run("grain", "remove", str(decided["decision"]), *move.options)
    assert run("status", *where)["sessions"][0]["status"] == "stale"


def test_what_cannot_be_decided_about_a_table_is_refused_in_a_sentence(move, tmp_path):
    unknown = tmp_path / "lista.csv"
    unknown.write_text(WAITING)
    move.import_files(unknown)
    run = move.installation.json
    where = (*move.options, "--session", "s001")
    for arguments, code in [
        (("lista.csv", "machine"), "no_such_grain"),
        (("other.csv", "thing"), "no_such_file"),
        (("lista.csv", "thing", "--name", "Serial"), "no_such_column"),
    ]:
        error = run("grain", "set", *arguments, *where, code=2)["error"]
        assert error["code"] == code
        assert error["message"].endswith(".")
    assert run("grain", "remove", "99", *move.options, code=2)["error"]["code"] == (
        "no_such_decision"
    )


def test_a_dry_run_says_what_a_row_of_each_table_is(standing, move, tmp_path):
    unknown, patches = tmp_path / "lista.csv", tmp_path / "patches.csv"
    unknown.write_text(WAITING)
    patches.write_text(PATCHES)
    previewed = standing.json("import", unknown, patches, *move.options, "--dry-run")
    assert [(table["file"], table["grain"], table["status"]) for table in previewed["tables"]] == [
        ("lista.csv", "thing", "waiting"),
        ("patches.csv", "observation", "decided"),
    ]
    assert all(table["reason"].endswith(".") for table in previewed["tables"])
    assert len(previewed["waiting"]) == 1
