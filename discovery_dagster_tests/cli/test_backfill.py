import json
from datetime import UTC, datetime

import pytest

from discovery_dagster.cli.backfill import chosen
from discovery_dagster.domain.keys import EngagementKey, InvalidKeyError, SessionKey
from discovery_dagster.store.sessions import NoSuchSessionError, SessionRow

KEY = EngagementKey("acme", "dc-exit")
ROWS = [SessionRow(SessionKey(KEY, n), None, datetime(2026, 1, n, tzinfo=UTC)) for n in (1, 2, 4)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, ["s001", "s002", "s004"]),
        ("s004,s001", ["s001", "s004"]),
        ("s001-s002, s002", ["s001", "s002"]),
    ],
)
def test_sessions_are_taken_in_their_order_and_once(text, expected):
    assert [row.session.session for row in chosen(KEY, ROWS, text)] == expected


@pytest.mark.parametrize("text", ["s003", "s001-s004", "s005", "s002-s001", "s001-s999999999"])
def test_only_sessions_that_exist_can_be_named(text):
    with pytest.raises(NoSuchSessionError):
        chosen(KEY, ROWS, text)


@pytest.mark.parametrize("text", ["", "1", "s1", "s001-", "s001,,s002", "s001-x"])
def test_what_names_no_session_is_refused(text):
    with pytest.raises(InvalidKeyError):
        chosen(KEY, ROWS, text)


def test_a_backfill_makes_the_named_steps_anew_and_refuses_unknown_names(move, tmp_path):
    (tmp_path / "servers.csv").write_text("Hostname\nweb-01\n")
    move.import_files(tmp_path)
    before = {step["step"]: step["publication"] for step in move.export("publications")}
    backfill = ("backfill", *move.options)
    steps = ("--steps", "dependency_graph")
    (state,) = move.installation.json(*backfill, "--sessions", "s001", *steps)["sessions"]
    assert state["status"] == "done"
    made_anew = {s["step"] for s in state["steps"] if s["publication"] != before[s["step"]]}
    assert made_anew == {"dependency_graph", "migration_plan", "session_changes"}
    refused = move.installation.json(*backfill, "--sessions", "s002", code=2)
    assert refused["error"]["code"] == "no_such_session"
    refused = move.installation.json(*backfill, "--steps", "graph", code=2)
    assert refused["error"]["code"] == "no_such_step"


def test_a_backfill_whose_runs_fail_is_no_success_though_older_results_are_current(move, tmp_path):
    (tmp_path / "servers.csv").write_text("Hostname\nweb-01\n")
    move.import_files(tmp_path)
    home = move.installation.home
    (files,) = (home / "objects" / f"acme.{move.name}" / "s001").glob("files")
    (archived,) = files.iterdir()
    away = archived.rename(tmp_path / "away")
    backfill = ("backfill", *move.options, "--steps", "source_records")
    refused = move.installation.run(*backfill, "--json")
    assert refused.returncode == 1
    assert "s001 was not made again: " in refused.stderr
    (state,) = json.loads(refused.stdout)["sessions"]
    assert state["status"] == "failed"
    assert state["error"]
    assert [s["step"] for s in state["steps"] if s["status"] == "failed"] == ["source_records"]
    away.rename(archived)
    (state,) = move.installation.json(*backfill)["sessions"]
    assert (state["status"], state["error"]) == ("done", None)
