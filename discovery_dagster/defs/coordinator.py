"""Every run that is launched through Dagster passes here first: from the UI, a backfill, a retry.

A partition that names no session, such as one added by hand, ends as cancelled, with the reason,
before a worker starts. Others get the tags by which runs are found, and their turn, which Dagster
takes as its priority turned round.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Self, cast

import dagster as dg

from discovery_dagster.defs.internals import ConfigurableClassData, SubmitRunContext
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
    """Dagster's queue, for runs of sessions that exist, fair between clients.

    Runs of larger sessions may get tags by which a launcher gives them more: a queue of other
    workers, or resources. Of `tags_by_size` the last counts whose `from_bytes` the files reach.
    """

    def __init__(self, tags_by_size: Sequence[Mapping[str, Any]] = (), **queue: Any) -> None:
        super().__init__(**queue)
        self._tags_by_size = sorted(tags_by_size, key=lambda each: each["from_bytes"])

    @classmethod
    def config_type(cls) -> dict[str, Any]:
        """Dagster's own, and the tags by size."""
        size = {"from_bytes": dg.Field(int), "tags": dg.Field(dict)}
        sizes = dg.Field([size], is_required=False, default_value=[])
        return {**cast("dict[str, Any]", super().config_type()), "tags_by_size": sizes}

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> Self:
        """Make it as dagster.yaml says."""
        return cls(inst_data=inst_data, **config_value)

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
            run.run_id,
            {
                **run_tags(session),
                **tags_of_size(self._tags_by_size, _bytes_of(session) if self._tags_by_size else 0),
                _PRIORITY: str(-self._turn(session)),
            },
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


def tags_of_size(sizes: Sequence[Mapping[str, Any]], size: int) -> dict[str, str]:
    """The tags of a session whose files have `size` bytes; `sizes` grow by their `from_bytes`."""
    reached = [each for each in sizes if each["from_bytes"] <= size]
    tags = reached[-1]["tags"] if reached else {}
    return {
        name: value if isinstance(value, str) else json.dumps(value) for name, value in tags.items()
    }


def _bytes_of(session: SessionKey) -> int:
    with open_database(Settings()) as database:
        return sum(file.size for file in sessions.files(database, session))


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
