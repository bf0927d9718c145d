"""Every step that takes its time says how far it is."""

import logging
from types import SimpleNamespace

import dagster as dg
import pytest

from discovery_dagster.defs import progress_log
from discovery_dagster.defs.progress_log import ProgressLog
from discovery_dagster.domain.steps import STEPS
from discovery_dagster.store.progress import StepProgress

#: Steps that only rearrange what is made already.
QUICK = {"rejected_records", "session_changes"}

#: Steps that count what is over; those before name the file or table that they are about to read.
COUNTING = {"inventory", "classified_assets", "dependencies", "dependency_graph", "migration_plan"}


@pytest.fixture(scope="module")
def reports():
    """What each step reported, whether it was written or not."""
    return {}


@pytest.fixture(scope="module")
def long_run(request, reports):
    """A run every step of which takes long."""
    report = StepProgress.__call__

    def listening(self, done, total):
        reports.setdefault(self.step, []).append((done, total))
        report(self, done, total)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(StepProgress, "__call__", listening)
        patch.setattr(progress_log, "INTERVAL", 0.0)
        _, run = request.getfixturevalue("ran")
    return run


def test_every_long_step_says_of_how_much_and_never_goes_back(long_run, reports):
    assert long_run.status == dg.DagsterRunStatus.SUCCESS
    for step in {step.key for step in STEPS} - QUICK:
        done = [done for done, _ in reports[step]]
        last, total = reports[step][-1]
        assert total is not None
        assert done == sorted(done), (step, reports[step])
        assert last == total or step not in COUNTING, (step, reports[step])


def lines(engine, run):
    """What the steps logged themselves, by step."""
    logged: dict[str, list[str]] = {}
    for entry in engine.instance.all_logs(run.run_id):
        if not entry.is_dagster_event:
            logged.setdefault(entry.step_key, []).append(entry.user_message)
    return logged


def test_a_step_that_is_over_before_it_is_long_logs_nothing(engine, session, monkeypatch):
    monkeypatch.setattr(progress_log, "INTERVAL", 600.0)  # on a busy machine, too
    assert lines(engine, engine.execute_here(session)) == {}


def test_a_long_step_logs_how_far_it_is(engine, long_run):
    logged = lines(engine, long_run)
    assert set(logged) >= {step.key for step in STEPS} - QUICK
    assert logged["source_files"] == ["0 of 1 files."]
    assert logged["inventory"][0].startswith("0 of ")
    assert logged["inventory"][0].endswith(" stages.")


def test_progress_is_logged_at_most_once_in_five_seconds(monkeypatch, caplog):
    clock = SimpleNamespace(now=0.0)
    monkeypatch.setattr(progress_log, "time", SimpleNamespace(monotonic=lambda: clock.now))
    passed_on: list[tuple[int, int | None]] = []
    log = ProgressLog(
        logging.getLogger("step"), "records", lambda done, total: passed_on.append((done, total))
    )
    with caplog.at_level("INFO"):
        for second in range(12):
            clock.now = float(second)
            log(1_000 * second, None if second < 6 else 20_000)
    assert caplog.messages == ["5,000 records.", "10,000 of 20,000 records."]
    assert len(passed_on) == 12
