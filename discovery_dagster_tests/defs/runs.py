"""Runs as Dagster sees them when nobody executes them."""

import time

import dagster as dg

from discovery_dagster.defs.engine import Engine
from discovery_dagster.domain.keys import SessionKey


def started(engine: Engine, session: SessionKey, at: float | None = None) -> dg.DagsterRun:
    """A run that says it has started, now or `at` seconds of Unix time, and has no process."""
    run = engine._create(session, {})
    engine.instance.handle_new_event(
        dg.EventLogEntry(
            error_info=None,
            level="debug",
            user_message="",
            run_id=run.run_id,
            timestamp=time.time() if at is None else at,
            dagster_event=dg.DagsterEvent("PIPELINE_START", run.job_name),
        )
    )
    started = engine.instance.get_run_by_id(run.run_id)
    assert started is not None
    return started
