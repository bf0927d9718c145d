"""Runs without a living process: which they are, and how they are ended so that they go on.

The command line ends them to resume them itself; the sensor `lost_runs` ends them so that Dagster
retries them. Executing them is not in here.
"""

from collections.abc import Iterator
from datetime import UTC, datetime

import dagster as dg

from discovery_dagster.defs.partitions import PARTITION_TAG
from discovery_dagster.domain.facts import Run
from discovery_dagster.domain.keys import InvalidKeyError, SessionKey
from discovery_dagster.domain.state import CANCELLED, PROCESS_LOST, has_no_process
from discovery_dagster.store import claims, dagster_runs
from discovery_dagster.store.database import Database

#: Where Dagster's daemon keeps how far into the event log it has looked for failures to retry.
RETRIES_CURSOR = "EVENT_LOG_CONSUMER_CURSOR-PIPELINE_FAILURE"

MAX_RETRIES_TAG = "dagster/max_retries"
_WILL_RETRY_TAG = "dagster/will_retry"

_UNDER_WAY = [
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]


def lost_runs(instance: dg.DagsterInstance, database: Database) -> Iterator[dg.DagsterRun]:
    """The runs of sessions that Dagster believes to be alive and whose process is gone.

    A run that has only just begun is given the time to take its claim.
    """
    now = datetime.now(UTC)
    for record in instance.get_run_records(dg.RunsFilter(statuses=_UNDER_WAY)):
        run = record.dagster_run
        try:
            session = SessionKey.parse(run.tags.get(PARTITION_TAG, ""))
        except InvalidKeyError:
            continue  # not a session's run
        held = claims.is_held(database, session)
        if has_no_process(_fact(record), claim_held=held, now=now):
            yield run


def retries_are_watched(instance: dg.DagsterInstance) -> bool:
    """Whether Dagster's daemon has noted where the event log ended when it began.

    Until then it ignores the failures that are in the log, so that a run ended now would never be
    retried. A daemon that is killed in its first seconds leaves that to the next one.
    """
    return RETRIES_CURSOR in instance.daemon_cursor_storage.get_cursor_values({RETRIES_CURSOR})


def allow_retries(instance: dg.DagsterInstance, run: dg.DagsterRun) -> None:
    """Let Dagster retry `run` as often as a run that nobody resumed.

    Dagster counts every run of the same root, also those that a person resumed.
    """
    group = instance.get_run_group(run.run_id)
    before = 0 if group is None else len(list(group[1])) - 1
    most = before + instance.run_retries_max_retries
    instance.add_run_tags(run.run_id, {MAX_RETRIES_TAG: str(most)})


def is_to_be_retried(run: dg.DagsterRun) -> bool:
    """Whether the run has failed and Dagster has yet to make the run that retries it."""
    return run.status == dg.DagsterRunStatus.FAILURE and run.tags.get(_WILL_RETRY_TAG) == "true"


def forgo_retry(instance: dg.DagsterInstance, run: dg.DagsterRun) -> None:
    """Let a failed run be the session's last: Dagster looks at its tags before it retries."""
    instance.add_run_tags(run.run_id, {_WILL_RETRY_TAG: "false", MAX_RETRIES_TAG: "0"})


def end(instance: dg.DagsterInstance, run: dg.DagsterRun, *, retried: bool) -> None:
    """End a run whose process is gone: as cancelled when that was asked for, else as failed.

    Args:
        instance: of Dagster.
        run: to end.
        retried: whether Dagster retries it, up to its limit; it must not when the caller resumes
            it, since the two would race.
    """
    if run.status == dg.DagsterRunStatus.CANCELING:
        instance.report_run_canceled(run, CANCELLED)
        return
    # Before the failure is reported: its event says whether Dagster will retry.
    if not retried:
        instance.add_run_tags(run.run_id, {MAX_RETRIES_TAG: "0"})
    elif run.tags.get(MAX_RETRIES_TAG) == "0":  # of a command that was killed itself
        allow_retries(instance, run)
    instance.report_run_failed(run, PROCESS_LOST)


def _fact(record: dg.RunRecord) -> Run:
    started = record.start_time
    return Run(
        run_id=record.dagster_run.run_id,
        status=record.dagster_run.status.value,
        created_at=record.create_timestamp,
        started_at=None if started is None else datetime.fromtimestamp(started, UTC),
        finished_at=None,
        failed_step=None,
        error=None,
        changed_at=record.update_timestamp,
        start_limit=dagster_runs.start_limit(),
    )
