import os
import signal
import threading
import time
import warnings
from types import SimpleNamespace

import dagster as dg
import pytest
from dagster._daemon.auto_run_reexecution.auto_run_reexecution import should_retry
from dagster._daemon.auto_run_reexecution.event_log_consumer import EventLogConsumerDaemon

from discovery_dagster.definitions import defs
from discovery_dagster.defs import assets, recovery
from discovery_dagster.defs.sensors import lost_runs_sensor
from discovery_dagster.domain.state import CANCELLED, PROCESS_LOST
from discovery_dagster.store import claims, states, stop_requests
from discovery_dagster.store.claims import Claim
from discovery_dagster.store.stop_requests import AlreadyAskedError
from discovery_dagster_tests.defs.runs import started

CANCELED, FAILURE = dg.DagsterRunStatus.CANCELED, dg.DagsterRunStatus.FAILURE


@pytest.fixture
def slow(monkeypatch):
    """Makes the analysis of the graph last until the test is over; the event says it has begun."""
    begun, over, analyse = threading.Event(), threading.Event(), assets.graph.analyse

    def wait(*arguments: object) -> object:
        begun.set()
        while not over.wait(0.05):
            pass
        return analyse(*arguments)

    monkeypatch.setattr(assets.graph, "analyse", wait)
    yield begun, over
    over.set()


def test_an_interrupt_cancels_the_run_which_then_resumes(engine, session, slow):
    begun, over = slow

    def interrupt() -> None:
        begun.wait(60)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=interrupt).start()
    stopped = engine.execute_here(session)
    over.set()
    assert stopped.status == CANCELED
    assert stopped.tags.get("dagster/will_retry", "false") == "false"
    state = states.state(engine.database, session)
    assert (state.status, state.error) == ("cancelled", CANCELLED)

    resumed = engine.execute_here(session)
    assert resumed.parent_run_id == stopped.run_id
    assert "inventory" not in resumed.step_keys_to_execute
    assert states.state(engine.database, session).status == "done"


def test_what_somebody_asks_on_the_pages_to_stop_is_stopped_once(engine, session, slow):
    begun, over = slow
    worker = threading.Thread(target=engine.execute_here, args=[session])
    worker.start()
    assert begun.wait(60)
    stop_requests.add(engine.database, session, "Ann Li", "page, token 1")
    with pytest.raises(AlreadyAskedError, match="Ann Li asked"):
        stop_requests.add(engine.database, session, "Bo Ek", "page, token 2")
    stopping = threading.Thread(target=tick, args=[engine, session])
    stopping.start()
    until(lambda: claim_is_taken_away(engine, session))
    over.set()
    worker.join(60)
    stopping.join(60)
    assert states.state(engine.database, session).status == "cancelled"
    assert stop_requests.waiting_of(engine.database, session) is None
    stop_requests.add(engine.database, session, "Bo Ek", "page, token 2")
    tick(engine, session)
    assert stop_requests.waiting_of(engine.database, session) is None, "there was nothing to stop"


def tick(engine, session):
    """Evaluate the sensor as the daemon does, until it has looked after the session's request."""
    while stop_requests.waiting_of(engine.database, session) is not None:
        context = dg.build_sensor_context(instance=engine.instance, definitions=defs)
        defs.get_repository_def().get_sensor_def("stop_requests")(context)


def test_a_run_of_another_process_is_cancelled_by_taking_its_claim(engine, session, slow):
    begun, over = slow
    worker = threading.Thread(target=engine.execute_here, args=[session])
    worker.start()
    assert begun.wait(60)
    canceller = threading.Thread(target=engine.cancel, args=[session])
    canceller.start()
    until(lambda: claim_is_taken_away(engine, session))
    over.set()  # what the worker does next, it is no longer allowed to
    worker.join(60)
    canceller.join(60)
    state = states.state(engine.database, session)
    assert (state.status, state.error) == ("cancelled", CANCELLED)
    assert not claims.is_held(engine.database, session)


def test_a_queued_run_is_cancelled_and_a_second_time_there_is_nothing_to_cancel(engine, session):
    run = engine.submit(session)
    assert states.state(engine.database, session).status == "queued"
    assert engine.cancel(session)
    assert engine.instance.get_run_by_id(run.run_id).status == CANCELED
    assert states.state(engine.database, session).status == "cancelled"
    assert not engine.cancel(session)


def test_a_run_without_a_process_is_cancelled_at_once(engine, session):
    started(engine, session)
    assert engine.cancel(session)
    assert states.state(engine.database, session).status == "cancelled"


def test_a_run_that_has_just_begun_is_not_taken_for_lost(engine, session, monkeypatch):
    run = started(engine, session)
    assert run.run_id not in {lost.run_id for lost in engine.sweep()}
    without_grace(monkeypatch)
    with Claim.take(engine.database, session, run.run_id):
        assert run.run_id not in {lost.run_id for lost in engine.sweep()}
    # Postgres lets go of the lock when it hears that its connection is closed.
    deadline = time.monotonic() + 30
    while claims.is_held(engine.database, session) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert run.run_id in {lost.run_id for lost in engine.sweep()}


def test_the_sensor_has_dagster_retry_a_lost_run_from_where_it_stopped(
    engine, session, monkeypatch
):
    run = started(engine, session)
    without_grace(monkeypatch)
    look(engine)  # before Dagster's daemon has: it would overlook the failure
    assert not engine.instance.get_run_by_id(run.run_id).is_finished
    watch_for_retries(engine)
    look(engine)
    lost = engine.instance.get_run_by_id(run.run_id)
    assert lost.status == FAILURE
    assert lost.tags["dagster/will_retry"] == "true"
    state = states.state(engine.database, session)
    assert (state.status, state.error) == ("queued", PROCESS_LOST)


def test_a_session_that_waits_for_its_retry_can_be_cancelled(engine, session, monkeypatch):
    run = started(engine, session)
    without_grace(monkeypatch)
    watch_for_retries(engine)
    look(engine)
    assert states.state(engine.database, session).status == "queued"
    assert engine.cancel(session)
    assert states.state(engine.database, session).status == "failed"
    assert not should_retry(engine.instance.get_run_by_id(run.run_id), engine.instance)
    assert not engine.cancel(session)


def test_running_a_session_that_waits_for_its_retry_withdraws_the_retry(
    engine, session, monkeypatch
):
    run = started(engine, session)
    without_grace(monkeypatch)
    watch_for_retries(engine)
    look(engine)
    assert should_retry(engine.instance.get_run_by_id(run.run_id), engine.instance)
    done = engine.execute_here(session)
    assert done.parent_run_id == run.run_id
    assert not should_retry(engine.instance.get_run_by_id(run.run_id), engine.instance)
    assert states.state(engine.database, session).status == "done"


def test_the_command_that_resumes_a_lost_run_keeps_dagster_from_retrying_it(
    engine, session, monkeypatch
):
    run = started(engine, session)
    without_grace(monkeypatch)
    engine.sweep()
    assert engine.instance.get_run_by_id(run.run_id).tags["dagster/will_retry"] == "false"


def test_a_run_that_was_resumed_is_retried_as_often_as_one_that_was_not(
    engine, session, monkeypatch
):
    first = started(engine, session)
    assert engine.cancel(session)
    without_grace(monkeypatch)
    run = engine.submit(session)
    assert run.parent_run_id == first.run_id
    engine.instance.report_run_failed(run)
    assert engine.instance.get_run_by_id(run.run_id).tags["dagster/will_retry"] == "true"


def test_a_lost_run_that_was_to_be_cancelled_ends_as_cancelled(engine, session, monkeypatch):
    run = started(engine, session)
    engine.instance.report_run_canceling(run)
    without_grace(monkeypatch)
    watch_for_retries(engine)
    look(engine)
    assert engine.instance.get_run_by_id(run.run_id).status == CANCELED


def watch_for_retries(engine) -> None:
    """Have Dagster's own daemon look for runs to retry, which it does first for a new home."""
    if recovery.retries_are_watched(engine.instance):
        return
    looks = EventLogConsumerDaemon().run_iteration(SimpleNamespace(instance=engine.instance))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # `Logger.warn`, in Dagster
        assert list(looks) == [None, None]  # at failures and at successes, and there are none


def look(engine) -> None:
    """Have the sensor look once."""
    lost_runs_sensor.evaluate_tick(dg.build_sensor_context(engine.instance, definitions=None))


def without_grace(monkeypatch) -> None:
    def no_claim(run, *, claim_held, now):
        return not claim_held

    monkeypatch.setattr(recovery, "has_no_process", no_claim)


def claim_is_taken_away(engine, session) -> bool:
    with engine.database.writer(session.engagement) as connection:
        row = connection.execute(
            "select run_id from discovery.claim where engagement = %s and session = %s",
            [str(session.engagement), session.session],
        ).fetchone()
    return row["run_id"] == ""


def until(condition) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)
