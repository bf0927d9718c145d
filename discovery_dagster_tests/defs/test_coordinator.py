"""The queue: who comes first when clients and backfills compete."""

import uuid

import dagster as dg
import pytest
import yaml

from discovery_dagster.defs.home import PROJECT
from discovery_dagster.defs.retention import retention_job
from discovery_dagster.domain.keys import EngagementKey
from discovery_dagster.settings import Settings
from discovery_dagster.store import sessions
from discovery_dagster.store.objects import ObjectStore


@pytest.fixture
def queue(engine):
    """Queues runs of new sessions; empty again after each test."""

    def submit(client, engagement=None):
        key = EngagementKey(client, engagement or f"e{uuid.uuid4().hex[:12]}")
        session = sessions.register(engine.database, ObjectStore(Settings().objects), key, [])
        return engine.submit(session)

    yield submit
    for run in engine.instance.get_runs():
        engine.instance.delete_run(run.run_id)


def turn(run):
    return -int(run.tags["dagster/priority"])


def start(engine, run):
    event = dg.DagsterEvent("PIPELINE_START", run.job_name)
    engine.instance.report_dagster_event(event, run.run_id)


def test_the_runs_of_a_client_keep_their_order_also_while_they_are_worked_off(engine, queue):
    first, second, third = (queue("acme", "one") for _ in range(3))
    assert turn(first) < turn(second) < turn(third)
    engine.instance.report_run_canceled(first)
    engine.instance.report_run_canceled(second)
    assert turn(queue("acme", "one")) > turn(third)


def test_the_first_run_of_a_client_comes_before_all_that_others_have_queued(engine, queue):
    busy, other = [queue("acme") for _ in range(6)], [queue("rival") for _ in range(6)]
    for run in busy[:4] + other[:4]:
        start(engine, run)
    waiting = busy[4:] + other[4:]
    newcomer = queue("newcomer")
    assert turn(newcomer) < min(map(turn, waiting))


def test_a_client_that_keeps_coming_does_not_starve_one_that_waits(engine, queue):
    waiting = [queue("acme") for _ in range(4)]
    turns = [turn(queue("rival")) for _ in range(8)]
    assert sum(number < turn(waiting[-1]) for number in turns) < 5


def test_a_client_that_was_away_starts_with_the_others_and_not_before_them_for_ever(engine, queue):
    busy = [queue("acme") for _ in range(9)]
    for run in busy[:8]:
        engine.instance.report_run_canceled(run)
    # Nothing runs: the one that waits longest says whose turn it is.
    assert turn(queue("rival")) == turn(busy[8])


def test_a_maintenance_run_needs_no_session(engine):
    job = engine._job()[1]
    run = engine.instance.create_run_for_job(
        retention_job,
        remote_job_origin=job.get_remote_origin(),
        job_code_origin=job.get_python_origin(),
    )
    submitted = engine.instance.submit_run(run.run_id, engine.workspace)
    assert submitted.status == dg.DagsterRunStatus.QUEUED


def test_the_limits_are_in_all_and_by_client_and_by_engagement(engine):
    limits = engine.instance.run_coordinator.get_run_queue_config()
    assert limits.max_concurrent_runs == Settings().max_runs
    by_key = {limit["key"]: limit for limit in limits.tag_concurrency_limits}
    assert by_key["discovery/engagement"]["limit"] == 1
    assert by_key["discovery/client"]["limit"] >= 2
    assert all(limit["value"] == {"applyLimitPerUniqueValue": True} for limit in by_key.values())
    assert "concurrency" not in yaml.safe_load((PROJECT / "dagster.yaml").read_text())
