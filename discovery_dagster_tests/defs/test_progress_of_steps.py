"""Every step that takes its time says how far it is."""

import dagster as dg
import pytest

from discovery_dagster.domain.steps import STEPS
from discovery_dagster.store.progress import StepProgress

#: Steps that only rearrange what is made already.
QUICK = {"rejected_records", "session_changes"}

#: Steps that count what is over; those before name the file or table that they are about to read.
COUNTING = {"inventory", "classified_assets", "dependencies", "dependency_graph", "migration_plan"}


@pytest.fixture
def said(monkeypatch):
    """What each step reported, whether it was written or not."""
    heard: dict[str, list[tuple[int, int | None]]] = {}
    report = StepProgress.__call__

    def listening(self, done, total):
        heard.setdefault(self.step, []).append((done, total))
        report(self, done, total)

    monkeypatch.setattr(StepProgress, "__call__", listening)
    return heard


def test_every_long_step_says_of_how_much_and_never_goes_back(engine, session, said):
    assert engine.execute_here(session).status == dg.DagsterRunStatus.SUCCESS
    for step in {step.key for step in STEPS} - QUICK:
        done = [done for done, _ in said[step]]
        last, total = said[step][-1]
        assert total is not None
        assert done == sorted(done), (step, said[step])
        assert last == total or step not in COUNTING, (step, said[step])
