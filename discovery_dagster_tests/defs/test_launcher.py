"""A launch that breaks off while the code server starts a worker."""

import threading

import dagster as dg
import pytest
from dagster._core.errors import DagsterUserCodeUnreachableError
from dagster._core.launcher.base import LaunchRunContext

from discovery_dagster.defs import launcher
from discovery_dagster.defs.launcher import SessionRunLauncher
from discovery_dagster.defs.partitions import run_tags


@pytest.fixture
def run(engine, session):
    """A run that Dagster's queue is launching."""
    run = engine._create(session, run_tags(session))
    starting = dg.DagsterEvent("PIPELINE_STARTING", run.job_name)
    engine.instance.report_dagster_event(starting, run_id=run.run_id)
    yield engine.instance.get_run_by_id(run.run_id)
    engine.instance.delete_run(run.run_id)


@pytest.fixture
def launching(engine, monkeypatch):
    """The launcher of an instance whose code server dies during each call."""

    def die(*_: object) -> None:
        raise DagsterUserCodeUnreachableError("Socket closed")

    monkeypatch.setattr(dg.DefaultRunLauncher, "launch_run", die)
    launcher = SessionRunLauncher()
    launcher.register_instance(engine.instance)
    return launcher


def test_a_worker_that_outlives_its_code_server_is_waited_for(engine, run, launching):
    event = dg.DagsterEvent("PIPELINE_START", run.job_name)
    worker = threading.Timer(
        0.5, lambda: engine.instance.report_dagster_event(event, run_id=run.run_id)
    )
    worker.start()
    launching.launch_run(LaunchRunContext(run, workspace=None))
    worker.join()
    assert engine.instance.get_run_by_id(run.run_id).status == dg.DagsterRunStatus.STARTED


def test_a_launch_that_started_no_worker_goes_back_to_the_queue(run, launching, monkeypatch):
    monkeypatch.setattr(launcher, "_START_LIMIT", 0.5)
    with pytest.raises(DagsterUserCodeUnreachableError):
        launching.launch_run(LaunchRunContext(run, workspace=None))
