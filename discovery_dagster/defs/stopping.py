"""Stopping the run of a session, queued or running, whichever process executes it."""

import time

import dagster as dg
from dagster import _check as check

from discovery_dagster.defs import recovery
from discovery_dagster.defs.internals import DagsterUserCodeUnreachableError
from discovery_dagster.defs.partitions import PARTITION_TAG
from discovery_dagster.defs.recovery import MAX_RETRIES_TAG
from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.domain.state import CANCELLED
from discovery_dagster.store import claims
from discovery_dagster.store.claims import Claim
from discovery_dagster.store.database import Database

#: Seconds that a cancelled run has to end after it was asked, and after it was fenced.
_ASKED_LIMIT, _FENCED_LIMIT = 10, 20


def stop(instance: dg.DagsterInstance, database: Database, session: SessionKey) -> bool:
    """Stop the session's run.

    Its worker is asked first. One that cannot be asked, since it belongs to a command, loses its
    claim, and with it stops at the next step or report of progress.

    Returns:
        Whether there was anything to stop.
    """
    run = latest_run(instance, session)
    if run is not None and recovery.is_to_be_retried(run):
        recovery.forgo_retry(instance, run)
        return True
    if run is None or run.is_finished:
        return False
    instance.add_run_tags(run.run_id, {MAX_RETRIES_TAG: "0"})
    if _ask_to_end(instance, run) and _has_ended(instance, run, _ASKED_LIMIT):
        return True
    lives = claims.is_held(database, session)
    with Claim.seize(database, session):
        if not lives or not _has_ended(instance, run, _FENCED_LIMIT):
            instance.report_run_canceled(run, CANCELLED)
    return True


def latest_run(instance: dg.DagsterInstance, session: SessionKey) -> dg.DagsterRun | None:
    """Return the last run of a session that was created."""
    filters = dg.RunsFilter(tags={PARTITION_TAG: session.partition_key})
    return next(iter(instance.get_runs(filters, limit=1)), None)


def fresh_run(instance: dg.DagsterInstance, run: dg.DagsterRun) -> dg.DagsterRun:
    """Return a run as it is now."""
    return check.not_none(instance.get_run_by_id(run.run_id))


def _ask_to_end(instance: dg.DagsterInstance, run: dg.DagsterRun) -> bool:
    try:
        return check.not_none(instance.run_coordinator).cancel_run(run.run_id)
    except DagsterUserCodeUnreachableError:
        return False  # its code server is gone


def _has_ended(instance: dg.DagsterInstance, run: dg.DagsterRun, limit: float) -> bool:
    deadline = time.monotonic() + limit
    while not fresh_run(instance, run).is_finished:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True
