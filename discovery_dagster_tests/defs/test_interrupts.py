"""A request to stop is noticed whoever handles the signal, and ends the run as cancelled."""

import os
import signal

import dagster as dg
import pytest

from discovery_dagster.defs import engine as engine_module
from discovery_dagster.defs.interrupts import noticed_interrupts
from discovery_dagster.store import states


@pytest.fixture
def handled():
    """Another handler takes the signal and tells nobody, as Dagster's do."""
    before = signal.signal(signal.SIGTERM, lambda *_: None)
    yield
    signal.signal(signal.SIGTERM, before)


def test_a_signal_that_another_handler_takes_is_noticed(handled):
    with noticed_interrupts() as interrupted:
        assert not interrupted()
        os.kill(os.getpid(), signal.SIGTERM)
        assert interrupted()
        assert interrupted()


def test_a_signal_that_does_not_ask_to_stop_is_none():
    before = signal.signal(signal.SIGUSR1, lambda *_: None)
    with noticed_interrupts() as interrupted:
        os.kill(os.getpid(), signal.SIGUSR1)
        assert not interrupted()
    signal.signal(signal.SIGUSR1, before)


def test_a_run_that_dagster_took_for_failed_by_an_interrupt_ends_as_cancelled(
    engine, session, handled, monkeypatch
):
    def failing(job: object, run: dg.DagsterRun, instance: dg.DagsterInstance) -> list[object]:
        """Ends as Dagster does when the signal comes between two steps."""
        os.kill(os.getpid(), signal.SIGTERM)
        instance.report_run_failed(run, "Execution was interrupted unexpectedly.")
        return []

    with monkeypatch.context() as patched:
        patched.setattr(engine_module, "execute_run_iterator", failing)
        stopped = engine.execute_here(session)
    assert stopped.status == dg.DagsterRunStatus.CANCELED
    assert states.state(engine.database, session).status == "cancelled"
    engine.execute_here(session)
    assert states.state(engine.database, session).status == "done"
