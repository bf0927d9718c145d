"""Every run that is launched through Dagster passes here first: from the UI, a backfill, a retry.

A partition that names no session, such as one added by hand, ends as cancelled, with the reason,
before a worker starts. Others get the tags by which runs are found, and their turn, which Dagster
takes as its priority turned round.
"""

from collections.abc import Sequence

import dagster as dg

from discovery_dagster.defs.internals import SubmitRunContext
from discovery_dagster.defs.partitions import PARTITION_TAG, run_tags
from discovery_dagster.defs.retention import RETENTION_JOB
from discovery_dagster.domain.keys import InvalidKeyError, SessionKey
from discovery_dagster.domain.state import REFUSED
from discovery_dagster.settings import Settings
from discovery_dagster.store import sessions
from discovery_dagster.store.database import open_database

_REFUSED = "discovery/refused"
_PRIORITY = "dagster/priority"
_QUEUED = dg.DagsterRunStatus.QUEUED
_STARTED = [dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED]

#: Runs that are looked at for their turn. Those of a client are in order, so the newest will do.
_MOST_RUNS = 50


class SessionRunCoordinator(dg.QueuedRunCoordinator):
    """Dagster's queue, for runs of sessions that exist, fair between clients."""

    def submit_run(self, context: SubmitRunContext) -> dg.DagsterRun:
        """Queue the run, or end it as cancelled when it names no session.

        Raising instead would abort the rest of a backfill and have the daemon retry the run.
        """
        run = context.dagster_run
        if run.job_name == RETENTION_JOB:
            return super().submit_run(context)
        try:
            session = _session_of(run)
        except (InvalidKeyError, sessions.NoSuchSessionError) as error:
            return self._refuse(run, str(error))
        self._instance.add_run_tags(
            run.run_id, {**run_tags(session), _PRIORITY: str(-self._turn(session))}
        )
        return super().submit_run(context)

    def _refuse(self, run: dg.DagsterRun, reason: str) -> dg.DagsterRun:
        self._instance.add_run_tags(run.run_id, {_REFUSED: reason})
        self._instance.report_run_canceled(run, REFUSED + reason)
        return self._instance.get_run_by_id(run.run_id) or run

    def _turn(self, session: SessionKey) -> int:
        """One after the last turn of the session's client, and not before the turn of today.

        The runs of a client so keep their order, and one with 500 of them queued delays another
        client's first by no more than those that have started.
        """
        client = {"discovery/client": session.engagement.client}
        newest = self._instance.get_runs(
            dg.RunsFilter(statuses=[_QUEUED, *_STARTED], tags=client), limit=_MOST_RUNS
        )
        return max(_highest(newest, -1) + 1, _highest(self._in_turn(), 0))

    def _in_turn(self) -> Sequence[dg.DagsterRun]:
        """The runs that have started, else the one that has waited longest."""
        started = self._instance.get_runs(dg.RunsFilter(statuses=_STARTED), limit=_MOST_RUNS)
        waiting = dg.RunsFilter(statuses=[_QUEUED])
        return started or self._instance.get_runs(waiting, limit=1, ascending=True)


def _highest(runs: Sequence[dg.DagsterRun], default: int) -> int:
    """The highest turn of the runs; one that did not come through here has none."""
    turns = [-int(run.tags[_PRIORITY]) for run in runs if _PRIORITY in run.tags]
    return max(turns, default=default)


def _session_of(run: dg.DagsterRun) -> SessionKey:
    if PARTITION_TAG not in run.tags:
        raise InvalidKeyError("A run needs one session: choose a partition.")
    session = SessionKey.parse(run.tags[PARTITION_TAG])
    with open_database(Settings()) as database:
        sessions.find(database, session)
    return session
