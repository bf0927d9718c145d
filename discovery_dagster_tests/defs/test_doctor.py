"""`discovery doctor` says of each thing whether it is well."""

import fcntl
import json
from datetime import timedelta

import dagster as dg
import pytest
import typer
import yaml
from dagster._core.definitions.run_request import InstigatorType
from dagster._core.scheduler.instigation import TickData, TickStatus
from dagster._utils.error import SerializableErrorInfo

from discovery_dagster.cli.doctor import _age_of_postgres, doctor
from discovery_dagster.definitions import defs
from discovery_dagster.defs.engine import LOCATION
from discovery_dagster.defs.home import (
    configuration_file,
    configuration_gaps,
    prepare_dagster_home,
)
from discovery_dagster.domain.keys import PARTITIONS_NAME
from discovery_dagster.settings import Settings
from discovery_dagster.store import retention, sessions
from discovery_dagster.store.objects import ObjectStore
from discovery_dagster.store.postgres_files import RELEASED, VERSION
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
    for check in ("daemon", "sensors", "maintenance", "strays"):
        assert checks[check][0] == "ok", checks[check]


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


@pytest.fixture
def heartbeats(engine):
    """Puts a daemon's last sign of life, some seconds old, into Dagster's table."""

    def beat(daemon: str, process: str, age: float) -> None:
        with engine.database.connect() as connection:
            connection.execute(
                "insert into daemon_heartbeats (daemon_type, daemon_id, timestamp)"
                " values (%s, %s, now() at time zone 'utc' - %s * interval '1 second')",
                [daemon, process, age],
            )

    yield beat
    with engine.database.connect() as connection:
        connection.execute("delete from daemon_heartbeats")


@pytest.fixture
def services_up():
    """What says that `discovery up` runs: somebody holds its lock."""
    with (Settings().home / "up.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def test_a_daemon_that_is_frozen_is_wrong_while_the_services_run(
    engine, heartbeats, services_up, capsys
):
    heartbeats("SENSOR", "one", 5)
    assert examine(capsys)[1]["daemon"][0] == "ok"
    heartbeats("QUEUED_RUN_COORDINATOR", "one", 600)
    code, checks = examine(capsys)
    assert code == 1
    assert "QUEUED_RUN_COORDINATOR has shown no sign of life for 600 s" in checks["daemon"][1]


def test_an_old_sign_of_life_says_nothing_where_no_services_run(engine, heartbeats, capsys):
    heartbeats("SENSOR", "one", 9000)
    assert examine(capsys)[1]["daemon"] == ("ok", "No daemon runs.")


def test_two_daemons_are_wrong(engine, heartbeats, capsys):
    heartbeats("SENSOR", "one", 5)
    heartbeats("BACKFILL", "two", 8)
    _, checks = examine(capsys)
    assert checks["daemon"][0] == "wrong"
    assert "dagster dev" in checks["daemon"][1]


@pytest.mark.parametrize(
    ("name", "status"),
    [("lost_runs", "wrong"), ("inbox", "warning"), ("daily_retention", "warning")],
)
def test_what_recovery_needs_and_somebody_switched_off_is_named(engine, capsys, name, status):
    repository = engine.workspace.get_code_location(LOCATION).get_repository("__repository__")
    if repository.has_sensor(name):
        off = engine.instance.stop_sensor
        instigator = repository.get_sensor(name)
        on = engine.instance.start_sensor
    else:
        off = engine.instance.stop_schedule
        instigator = repository.get_schedule(name)
        on = engine.instance.start_schedule
    off(instigator.get_remote_origin_id(), instigator.selector_id, instigator)
    try:
        _, checks = examine(capsys)
        assert checks["sensors"][0] == status
        assert checks["sensors"][1].startswith(f"{name} is switched off")
    finally:
        on(instigator)
    assert examine(capsys)[1]["sensors"][0] == "ok"


def test_a_sensor_whose_last_tick_failed_is_named(engine, capsys):
    repository = engine.workspace.get_code_location(LOCATION).get_repository("__repository__")
    sensor = repository.get_sensor("inbox")

    def tick(status: TickStatus, at: float, error: SerializableErrorInfo | None = None) -> None:
        engine.instance.create_tick(
            TickData(
                sensor.get_remote_origin_id(),
                "inbox",
                InstigatorType.SENSOR,
                status,
                timestamp=at,
                error=error,
                selector_id=sensor.selector_id,
            )
        )

    tick(TickStatus.FAILURE, 1_790_000_000.0, SerializableErrorInfo("The disk is full.", [], None))
    _, checks = examine(capsys)
    assert checks["sensors"][1].startswith("The last tick of inbox failed at 2026-")
    tick(TickStatus.SKIPPED, 1_790_000_060.0)
    assert examine(capsys)[1]["sensors"][0] == "ok"


def test_maintenance_that_fails_is_wrong_until_it_runs_again(engine, capsys, monkeypatch):
    job = defs.get_repository_def().get_job("retention")
    with monkeypatch.context() as patched:
        patched.setattr(retention, "delete_old_events", lambda *_: 1 / 0)
        job.execute_in_process(instance=engine.instance, raise_on_error=False)
    code, checks = examine(capsys)
    assert (code, checks["maintenance"][0]) == (1, "wrong")
    assert job.execute_in_process(instance=engine.instance).success
    assert examine(capsys)[1]["maintenance"][0] == "ok"


def test_a_partition_that_was_added_by_hand_is_warned_of(engine, session, capsys):
    ghost = f"{session.engagement}-ghost|s001"
    engine.instance.add_dynamic_partitions(PARTITIONS_NAME, [ghost])
    _, checks = examine(capsys)
    assert checks["strays"][0] == "warning"
    assert ghost in checks["strays"][1]
    engine.instance.delete_dynamic_partition(PARTITIONS_NAME, ghost)


def test_a_configuration_of_ones_own_is_kept_and_what_it_lacks_is_named(engine, capsys):
    file = configuration_file(Settings())
    ours = yaml.safe_load(file.read_text())
    del ours["run_coordinator"]["config"]["max_user_code_failure_retries"]
    ours["run_retries"]["max_retries"] = 5
    ours["retention"]["sensor"]["purge_after_days"] = 1
    written = yaml.safe_dump(ours)
    project = file.read_text()
    file.write_text(written)
    try:
        prepare_dagster_home(Settings(), engine.database)
        assert file.read_text() == written
        _, checks = examine(capsys)
        status, message = checks["dagster.yaml"]
        assert status == "warning"
        assert "max_user_code_failure_retries: queued runs fail when the code server" in message
        file.write_text("storage: [")
        assert examine(capsys)[1]["dagster.yaml"][0] == "wrong"
    finally:
        file.write_text(project)
    assert configuration_gaps(Settings()) == {}


def test_a_configuration_with_dagsters_own_storage_is_said_to_connect_often(engine):
    file = configuration_file(Settings())
    project = file.read_text()
    earlier = yaml.safe_load(project)
    earlier["storage"] = {"postgres": earlier["storage"]["custom"]["config"]}
    file.write_text(yaml.safe_dump(earlier))
    try:
        gaps = configuration_gaps(Settings())
    finally:
        file.write_text(project)
    assert gaps == {
        "storage.custom.class": "each statement of Dagster's opens a connection to Postgres"
    }


@pytest.mark.parametrize(
    ("today", "status", "words"),
    [
        (RELEASED + timedelta(days=90), "ok", "90 days ago"),
        (RELEASED + timedelta(days=400), "warning", "DISCOVERY_POSTGRES_URL"),
    ],
)
def test_the_age_of_the_embedded_server_is_said(today, status, words):
    check = _age_of_postgres(today)
    assert (check.status, words in check.message, VERSION in check.message) == (status, True, True)


def test_the_version_whose_age_is_said_is_the_one_that_runs(engine, capsys):
    if engine.database.server_version.split(".")[0] != VERSION.split(".")[0]:
        pytest.skip("the tests run on another server")
    _, checks = examine(capsys)
    assert checks["postgres"][1] == f"Postgres {VERSION} answers."
