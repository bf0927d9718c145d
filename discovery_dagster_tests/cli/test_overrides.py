"""What a person decides about an asset, by the command line: from the decision to its end."""

import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

SERVERS = (
    "Hostname,OS,Environment,Location\nweb-01,Ubuntu 22.04,prod,Berlin\ndb-01,RHEL 8,prod,Berlin\n"
)


@pytest.fixture
def imported(move, tmp_path):
    path = tmp_path / "servers.csv"
    path.write_text(SERVERS)
    move.import_files(path)
    return move


@pytest.fixture(scope="module")
def shared(standing, tmp_path_factory):
    """An engagement for tests that each decide about a server of its own."""
    path = tmp_path_factory.mktemp("drop") / "servers.csv"
    path.write_text(
        SERVERS
        + "mail-01,RHEL 8,prod,Berlin\ndns-01,RHEL 8,prod,Berlin\nfile-01,RHEL 8,prod,Bonn\n"
    )
    engagement = standing.engagement(f"e{uuid.uuid4().hex[:12]}")
    engagement.import_files(path)
    return engagement


def override(move, *arguments: str, code: int = 0):
    return move.installation.json("override", *arguments, *move.options, code=code)


def put(move, *arguments: str, code: int = 0):
    reason = () if "--reason" in arguments else ("--reason", "seen in the rack")
    return override(move, "set", *arguments, *reason, "--author", "ann", code=code)


def asset(move, name: str, session: str = "s001"):
    return next(row for row in move.export("assets", session) if row["name"] == name)


def status(move, session: str = "s001"):
    status_document = move.installation.json("status", *move.options, "--session", session)
    return status_document["sessions"][0]["status"]


def test_a_decision_makes_its_session_stale_until_the_run_that_applies_it(shared):
    override = put(shared, "WEB-01", "Environment", "Disaster recovery")
    assert (override["field"], override["value"], override["before"]) == (
        "environment",
        "disaster_recovery",
        "production",
    )
    assert [each["status"] for each in override["sessions"]] == ["stale"]
    assert status(shared) == "stale"
    assert asset(shared, "web-01")["environment"] == "production"
    shared.run()
    decided = asset(shared, "web-01")
    assert (decided["environment"], decided["overridden"]) == ("disaster_recovery", True)
    (sentence,) = [each for each in decided["rationale"] if "set by ann on" in each]
    assert "seen in the rack; the rules said production (Environment" in sentence
    assert not asset(shared, "file-01")["overridden"]
    assert status(shared) == "done"


def test_a_later_session_keeps_what_was_decided_and_taking_it_back_ends_it(imported, tmp_path):
    decided = put(imported, "db-01", "type", "database", "--run")
    assert [each["status"] for each in decided["sessions"]] == ["done"]
    path = tmp_path / "again.csv"
    path.write_text(SERVERS + "app-01,Debian 12,test,Bonn\n")
    imported.import_files(path)
    again = asset(imported, "db-01", "s002")
    assert (again["type"], again["tier"], again["confidence"]) == ("database", "database", 1.0)

    override(imported, "remove", str(decided["decision"]), "--author", "bob", "--run")
    assert [status(imported, key) for key in ("s001", "s002")] == ["done", "done"]
    for session in ("s001", "s002"):
        assert asset(imported, "db-01", session)["type"] != "database"
    assert override(imported, "list")["overrides"] == []
    log = override(imported, "list", "--all")["overrides"]
    assert [(row["value"], row["author"]) for row in log] == [("database", "ann"), (None, "bob")]
    override(imported, "remove", str(decided["decision"]), code=2)


def test_every_session_that_a_decision_makes_stale_is_named(imported, tmp_path):
    path = tmp_path / "again.csv"
    path.write_text(SERVERS + "app-01,Debian 12,test,Bonn\n")
    imported.import_files(path)
    one = ("--session", "s001")
    decided = put(imported, "db-01", "environment", "test", *one)
    assert {each["session"]: each["status"] for each in decided["sessions"]} == dict.fromkeys(
        ("s001", "s002"), "stale"
    )
    decided = put(imported, "db-01", "environment", "development", *one, "--run")
    assert {each["session"]: each["status"] for each in decided["sessions"]} == {
        "s001": "done",
        "s002": "stale",
    }
    decided = put(imported, "db-01", "environment", "production", "--run")
    assert {each["session"]: each["status"] for each in decided["sessions"]} == dict.fromkeys(
        ("s001", "s002"), "done"
    )


def test_a_session_that_compares_with_one_that_was_run_again_is_named_and_run_too(
    imported, tmp_path
):
    path = tmp_path / "others.csv"
    path.write_text("Hostname,OS\napp-01,Debian 12\n")
    imported.import_files(path)
    decided = put(imported, "db-01", "environment", "test", "--run")
    assert {each["session"]: each["status"] for each in decided["sessions"]} == dict.fromkeys(
        ("s001", "s002"), "done"
    )
    assert [status(imported, key) for key in ("s001", "s002")] == ["done", "done"]


def test_what_is_decided_about_a_source_is_judged_like_one(shared):
    put(shared, "db-01", "os_name", "Windows Server 2008 R2")
    put(shared, "db-01", "applications", "Billing; Shop")
    put(shared, "db-01", "strategy", "retain", "--run")
    row = asset(shared, "db-01")
    assert (row["os_family"], row["eol_status"]) == ("windows", "ended")
    assert row["applications"] == ["Billing", "Shop"]
    assert row["strategy"] == "retain"
    assert "set by ann" in row["strategy_reason"]


#: Texts that are no field, value or reason; the code that a program reads, and what people read.
REFUSED = [
    (("db-99", "type", "database"), "no_such_asset", "db-99"),
    (("db-01", "colour", "red"), "unknown_field", "environment"),
    (("db-01", "environment", "prodd"), "unknown_value", "disaster_recovery"),
    (("db-01", "cpu_cores", "four"), "unreadable_value", "number of cores"),
    (("db-01", "location", " "), "no_value", "location"),
    (("db-01", "location", "Bonn", "--reason", " "), "no_reason", "reason"),
]


def test_what_cannot_be_is_refused_in_a_sentence(shared):
    before = override(shared, "list")["overrides"]
    for arguments, code, words in REFUSED:
        error = put(shared, *arguments, code=2)["error"]
        assert error["code"] == code
        assert words in error["message"]
    assert override(shared, "list")["overrides"] == before


def test_two_people_at_once_are_both_in_the_log_and_the_last_word_holds(shared):
    before = override(shared, "list", "--all")["overrides"]
    with ThreadPoolExecutor(2) as pool:
        values = ["test", "staging"]
        list(pool.map(lambda value: put(shared, "mail-01", "environment", value), values))
    log = override(shared, "list", "--all")["overrides"][len(before) :]
    assert [row["decision"] for row in log] == [len(before) + 1, len(before) + 2]
    assert {row["value"] for row in log} == set(values)
    holding = override(shared, "list")["overrides"]
    assert [row["value"] for row in holding if row["name"] == "mail-01"] == [log[-1]["value"]]


def test_another_engagement_does_not_see_it(imported, shared):
    other = imported
    put(shared, "dns-01", "environment", "test")
    assert override(other, "list")["overrides"] == []
    assert status(other) == "done"
    override(other, "remove", "1", code=2)


def test_a_decision_of_nobody_is_refused(shared):
    refusal = override(
        shared, "set", "web-01", "type", "server", "--reason", "seen", "--author", " ", code=2
    )
    assert refusal["error"]["message"] == "Invalid value for '--author': nobody is named."
