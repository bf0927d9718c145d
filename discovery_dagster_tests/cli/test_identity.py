"""Explaining, splitting and joining assets, as a person does it: by the command line."""

CMDB = "Hostname,Serial Number,Manufacturer,CPU Cores,Environment\n"
SCAN = "Hostname,Serial,Vendor,vCPU,Notes\n"


def write(folder, cmdb, scan):
    files = folder / "cmdb.csv", folder / "scan.csv"
    files[0].write_text(CMDB + cmdb)
    files[1].write_text(SCAN + scan)
    return files


def assets(move, session="s001"):
    return {asset["name"]: asset["id"] for asset in move.export("assets", session)}


def stale(move, session="s001"):
    (state,) = move.installation.json("status", *move.options, "--session", session)["sessions"]
    return [step["step"] for step in state["steps"] if step["status"] == "stale"]


def command(move, *words, code=0):
    options = (*move.options, "--session", "s001")
    return move.installation.json("identity", *words, *options, code=code)


def test_an_explanation_names_keys_records_and_the_source_that_won(move, tmp_path):
    move.import_files(*write(tmp_path, "web-01,CZJ1,HPE,4,PROD\n", "WEB-01,czj1,HPE,8,\n"))
    explanation = command(move, "explain", "web-01")
    serial = explanation["keys"][0]
    assert (serial["key"], serial["what"]) == ("serial:hp|czj1", "vendor and serial number")
    assert serial["records"] == ["cmdb.csv line 2", "scan.csv line 2"]
    (cores,) = [one for one in explanation["conflicts"] if one["field"] == "cpu_cores"]
    assert (cores["chosen"]["value"], cores["chosen"]["file"]) == ("4", "cmdb.csv")
    assert [(one["value"], one["line"]) for one in cores["others"]] == [("8", 2)]
    assert cores["rule"].startswith("equal trust in measured fields (50)")
    spoken = move.installation.run(
        "identity", "explain", "web-01", *move.options, "--session", "s001"
    )
    assert "serial:hp|czj1" in spoken.stdout


def test_a_split_survives_the_next_import_and_ends_when_it_is_removed(move, tmp_path):
    files = write(tmp_path, "web-01,CZJ1,HPE,4,PROD\n", "web-01,CZJ1,HPE,8,\n")
    move.import_files(*files)
    (before,) = assets(move).values()
    decided = command(move, "split", "web-01", "--reason", "two machines", "--author", "ann")
    assert decided["identifiers"] == ["serial:hp|czj1", "unbranded:czj1", "name:host|web-01"]
    assert stale(move)[0] == "inventory"
    move.run()
    apart = [asset["id"] for asset in move.export("assets")]
    assert len(set(apart)) == 2
    assert stale(move) == []
    move.import_files(*files)
    assert len(move.export("assets", "s002")) == 2
    (kept,) = move.installation.json("identity", "list", *move.options)["decisions"]
    assert (kept["author"], kept["reason"], kept["assets"]) == ("ann", "two machines", ["web-01"])
    move.installation.json("identity", "remove", str(kept["id"]), *move.options, "--author", "bob")
    move.run()
    assert [asset["id"] for asset in move.export("assets")] == [before]
    (ended,) = move.installation.json("identity", "list", *move.options, "--all")["decisions"]
    assert ended["removed_by"] == "bob"


def test_a_join_keeps_one_of_the_ids_and_is_named_where_it_is_explained(move, tmp_path):
    files = write(tmp_path, "web-01,CZJ1,HPE,4,PROD\n", "webserver-x,CZJ2,HPE,8,\n")
    move.import_files(*files)
    before = assets(move)
    command(move, "join", "web-01", "webserver-x", "--reason", "renamed in May", "--author", "ann")
    move.run()
    (joined,) = assets(move).items()
    assert joined[1] in before.values()
    explanation = command(move, "explain", joined[1])
    person = explanation["keys"][0]
    assert person["records"] == ["cmdb.csv line 2", "scan.csv line 2"]
    assert "decided by ann" in person["decision"]
    assert person["decision"].endswith("renamed in May")
    move.import_files(*files)
    assert list(assets(move, "s002").values()) == [joined[1]]


def test_what_cannot_be_split_or_joined_is_said_in_a_sentence(move, tmp_path):
    move.import_files(*write(tmp_path, "web-01,CZJ1,HPE,4,PROD\n", "db-01,CZJ2,HPE,8,\n"))
    reason = ("--reason", "x")
    wrong = {
        ("split", "web-01"): "nothing_to_split",
        ("split", "web-01", "name:host|db-01"): "no_such_key",
        ("join", "web-01", "WEB-01"): "cannot_join",
        ("join", "web-01", "nobody"): "no_such_asset",
    }
    for words, expected in wrong.items():
        assert command(move, *words, *reason, code=2)["error"]["code"] == expected, words
    options = move.options
    refused = move.installation.json("identity", "remove", "77", *options, code=2)
    assert refused["error"]["code"] == "no_such_decision"
