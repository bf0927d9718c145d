"""Every run that is launched through Dagster passes here first: from the UI, a backfill, a retry.

A cell of the partition grid that names no session ends as cancelled, with the reason, before a
worker starts. Others get the tags by which runs are found, and their place in the queue.
"""

import dagster as dg
from dagster._core.run_coordinator.base import SubmitRunContext
from dagster._core.run_coordinator.queued_run_coordinator import QueuedRunCoordinator

from discovery_dagster.defs.partitions import PARTITION_TAG, run_tags
from discovery_dagster.domain.keys import InvalidKeyError, SessionKey
from discovery_dagster.settings import Settings
from discovery_dagster.store import sessions
from discovery_dagster.store.database import open_database

_REFUSED = "discovery/refused"
_PRIORITY = "dagster/priority"
_WAITING = [dg.DagsterRunStatus.QUEUED, dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED]


class SessionRunCoordinator(QueuedRunCoordinator):
    """Dagster's queue, for runs of sessions that exist, fair between clients."""

    def submit_run(self, context: SubmitRunContext) -> dg.DagsterRun:
        """Queue the run, or end it as cancelled when it names no session.

        Raising instead would abort the rest of a backfill and have the daemon retry the run.
        """
        run = context.dagster_run
        try:
            session = _session_of(run)
        except (InvalidKeyError, sessions.NoSuchSessionError) as error:
            return self._refuse(run, str(error))
        self._instance.add_run_tags(
            run.run_id, {**run_tags(session), _PRIORITY: self._priority(session)}
        )
        return super().submit_run(context)

    def _refuse(self, run: dg.DagsterRun, reason: str) -> dg.DagsterRun:
        self._instance.add_run_tags(run.run_id, {_REFUSED: reason})
        self._instance.report_run_canceled(run, f"Refused: {reason}")
        return self._instance.get_run_by_id(run.run_id) or run

    def _priority(self, session: SessionKey) -> str:
        """The more runs a client has before this one, the later it is its turn.

        So a client with 500 queued sessions does not delay another client's first.
        """
        before = self._instance.get_runs_count(
            dg.RunsFilter(statuses=_WAITING, tags={"discovery/client": session.engagement.client})
        )
        return str(-before)


def _session_of(run: dg.DagsterRun) -> SessionKey:
    if PARTITION_TAG not in run.tags:
        raise InvalidKeyError("A run needs one session: choose a partition.")
    session = SessionKey.parse(run.tags[PARTITION_TAG])
    with open_database(Settings()) as database:
        sessions.find(database, session)
    return session
