"""`discovery doctor` says of each thing whether it is well."""

import json

import dagster as dg
import pytest
import typer

from discovery_dagster.cli.doctor import doctor
from discovery_dagster.settings import Settings
from discovery_dagster.store import sessions
from discovery_dagster.store.objects import ObjectStore
from discovery_dagster.store.sessions import EngagementFullError


def examine(capsys) -> tuple[int, dict[str, tuple[str, str]]]:
    """Exit code, and status and sentence of each check."""
    with pytest.raises(typer.Exit) as ended:
        doctor(as_json=True)
    checks = json.loads(capsys.readouterr().out)["checks"]
    return ended.value.exit_code, {c["check"]: (c["status"], c["message"]) for c in checks}


def test_a_home_that_is_well_is_said_to_be_well(engine, session, capsys):
    code, checks = examine(capsys)
    assert code == 0
    assert {status for status, _ in checks.values()} <= {"ok", "warning"}
    assert set(checks) >= {
        "postgres",
        "schema",
        "dagster.yaml",
        "objects",
        "services",
        "partitions",
    }


def test_a_run_without_a_process_is_named(engine, session, capsys):
    run = engine._create(session, {})
    event = dg.DagsterEvent("PIPELINE_START", run.job_name)
    engine.instance.handle_new_event(
        dg.EventLogEntry(None, "debug", "", run.run_id, 0.0, None, None, event)
    )
    code, checks = examine(capsys)
    assert code == 1
    assert checks["runs"][0] == "wrong"
    assert run.run_id in checks["runs"][1]
    engine.sweep()


def test_an_engagement_near_its_limit_is_warned_of_and_at_it_refused(
    engine, session, servers, capsys, monkeypatch
):
    monkeypatch.setenv("DISCOVERY_MAX_SESSIONS", "1")
    _, checks = examine(capsys)
    assert checks["sessions"][0] == "warning"
    with pytest.raises(EngagementFullError, match="1 sessions, which is the limit"):
        sessions.register(
            engine.database,
            ObjectStore(Settings().objects),
            session.engagement,
            [servers],
            limit=Settings().max_sessions,
        )


def test_an_unreachable_server_is_one_wrong_sentence(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("DISCOVERY_HOME", str(tmp_path))
    monkeypatch.setenv("DISCOVERY_POSTGRES_URL", "postgresql://nobody@127.0.0.1:1/nothing")
    code, checks = examine(capsys)
    assert code == 1
    assert checks["postgres"][0] == "wrong"
