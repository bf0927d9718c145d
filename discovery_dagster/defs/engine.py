"""The runs of sessions: creating, executing, handing over, resuming and sweeping them.

A run that is executed here can be retried by the daemon and from the UI like any other, for which
`internals` holds what Dagster does not make public. Dagster is pinned to a minor version for its
sake, and a test executes, kills and resumes through it.
"""

import sys
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import dagster as dg
from dagster import _check as check

from discovery_dagster.defs import recovery, stopping, storage
from discovery_dagster.defs.home import PROJECT, prepare_dagster_home
from discovery_dagster.defs.internals import (
    BaseWorkspaceRequestContext,
    CodeLocation,
    InProcessCodeLocationOrigin,
    InProcessWorkspaceLoadTarget,
    JobSubsetSelector,
    KnownExecutionState,
    LoadableTargetOrigin,
    ReexecutionStrategy,
    RemoteJob,
    WorkspaceProcessContext,
    capture_interrupts,
    execute_run_iterator,
    recon_job_from_origin,
)
from discovery_dagster.defs.interrupts import noticed_interrupts
from discovery_dagster.defs.partitions import (
    FORCE_TAG,
    add_partition,
    bring_over,
    run_tags,
)
from discovery_dagster.defs.recovery import MAX_RETRIES_TAG
from discovery_dagster.defs.session import holding
from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.domain.state import CANCELLED
from discovery_dagster.settings import Settings
from discovery_dagster.store import states
from discovery_dagster.store.claims import Claim
from discovery_dagster.store.database import Database

LOCATION = "discovery"  # as in workspace.yaml, so that daemon and UI can re-execute these runs
JOB = "session_job"

_ENDED_AS_ASKED = (dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.CANCELED)

# Dagster's own log lines would go to the terminal; people read the progress there.
_QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


@dataclass(frozen=True)
class Engine:
    """Runs sessions on one Dagster instance."""

    instance: dg.DagsterInstance
    database: Database
    workspace: BaseWorkspaceRequestContext

    def execute_here(self, session: SessionKey, force: Collection[str] = ()) -> dg.DagsterRun:
        """Execute the session in this process, from the failed step where its last run failed.

        The claim is taken before the run is created: a busy session leaves no failed run.

        Args:
            session: to execute.
            force: steps to make anew with what is below them, though they are current.

        Raises:
            SessionBusyError: when a living run holds the session.
        """
        # Signals are held back from before the run exists: an end between two lines of ours would
        # leave a run that reads as working until somebody looks for its process.
        with (
            capture_interrupts(),
            noticed_interrupts() as interrupted,
            Claim.take(self.database, session, run_id="") as claim,
        ):
            # Retried by the person who sees it fail: the daemon, once up, would race that person.
            run = self._create(session, {MAX_RETRIES_TAG: "0", **_forcing(force)})
            job = recon_job_from_origin(check.not_none(run.job_code_origin))
            with holding(claim.assign(run.run_id)), suppress(KeyboardInterrupt):
                for _ in execute_run_iterator(job, run, self.instance):
                    if interrupted():
                        self.instance.report_run_canceling(run)
            # Between two steps Dagster ends an interrupted run before it yields anything.
            if interrupted() and self._fresh(run).status not in _ENDED_AS_ASKED:
                self.instance.report_run_canceled(run, CANCELLED)
        return self._fresh(run)

    def submit(self, session: SessionKey, force: Collection[str] = ()) -> dg.DagsterRun:
        """Hand the session to the queue of the running services; a queued run is not doubled.

        Args:
            session: to run.
            force: steps to make anew with what is below them, though they are current.

        Raises:
            SessionBusyError: when a living run holds the session.
        """
        last = self._latest(session)
        if last is not None and last.status == dg.DagsterRunStatus.QUEUED:
            self.instance.add_run_tags(last.run_id, _forcing(force))
            return last
        with Claim.take(self.database, session, run_id=""):
            run = self._create(session, _forcing(force))
            recovery.allow_retries(self.instance, run)
        return self.instance.submit_run(run.run_id, self.workspace)

    def cancel(self, session: SessionKey) -> bool:
        """Stop the session's run, queued or running, whichever process executes it.

        Returns:
            Whether there was anything to stop.
        """
        return stopping.stop(self.instance, self.database, session)

    def sweep(self) -> list[dg.DagsterRun]:
        """End the runs whose process is gone, so that they can be resumed.

        Returns:
            The runs that were ended.
        """
        return [self._end(run) for run in recovery.lost_runs(self.instance, self.database)]

    def _create(self, session: SessionKey, tags: Mapping[str, str]) -> dg.DagsterRun:
        add_partition(self.instance, session)
        last = self._latest(session)
        if last is not None and not last.is_finished:
            last = self._end(last)
        if last is not None and recovery.is_to_be_retried(last):
            recovery.forgo_retry(self.instance, last)  # or Dagster would run the session once more
        tags = {**run_tags(session), **tags}
        resumable = last is not None and last.is_failure_or_canceled and FORCE_TAG not in tags
        if last is not None and resumable and self._resumable(last, session):
            location, job = self._job()
            return self.instance.create_reexecuted_run(
                request_context=self.workspace,
                parent_run=last,
                code_location=location,
                remote_job=job,
                strategy=ReexecutionStrategy.FROM_FAILURE,
                use_parent_run_tags=True,
                extra_tags=tags,
            )
        return self._create_whole(tags)

    def _create_whole(self, tags: Mapping[str, str]) -> dg.DagsterRun:
        location, job = self._job()
        plan = location.get_execution_plan(
            job, _QUIET, step_keys_to_execute=None, known_state=None, instance=self.instance
        )
        return self.instance.create_run(
            job_name=JOB,
            run_id=None,
            run_config=_QUIET,
            status=None,
            tags={**job.tags, **tags},
            root_run_id=None,
            parent_run_id=None,
            step_keys_to_execute=None,
            execution_plan_snapshot=plan.execution_plan_snapshot,
            job_snapshot=job.job_snapshot,
            parent_job_snapshot=job.parent_job_snapshot,
            asset_selection=None,
            asset_check_selection=None,
            resolved_op_selection=None,
            op_selection=None,
            remote_job_origin=job.get_remote_origin(),
            job_code_origin=job.get_python_origin(),
            asset_graph=self.workspace.asset_graph,
        )

    def _resumable(self, run: dg.DagsterRun, session: SessionKey) -> bool:
        """Whether the steps that a resumed run would skip are all current.

        They are not when files or rules have changed since; then every step is looked at again.
        """
        if run.job_name != JOB:
            return False  # materialised from the UI's asset graph, perhaps only in part
        keys, _ = KnownExecutionState.build_resume_retry_reexecution(self.instance, parent_run=run)
        steps = states.state(self.database, session).steps
        return bool(keys) and {step.step for step in steps if step.status != "done"} <= set(keys)

    def _end(self, run: dg.DagsterRun) -> dg.DagsterRun:
        recovery.end(self.instance, run, retried=False)
        return self._fresh(run)

    def _latest(self, session: SessionKey) -> dg.DagsterRun | None:
        return stopping.latest_run(self.instance, session)

    def _fresh(self, run: dg.DagsterRun) -> dg.DagsterRun:
        return stopping.fresh_run(self.instance, run)

    def _job(self) -> tuple[CodeLocation, RemoteJob]:
        location = self.workspace.get_code_location(LOCATION)
        repository = next(iter(location.get_repositories().values()))
        selector = JobSubsetSelector(
            location_name=LOCATION,
            repository_name=repository.name,
            job_name=JOB,
            op_selection=None,
        )
        return location, location.get_job(selector)


def _forcing(steps: Collection[str]) -> dict[str, str]:
    return {FORCE_TAG: ",".join(steps)} if steps else {}


@contextmanager
def open_engine(settings: Settings, database: Database) -> Iterator[Engine]:
    """The engine of this home, on the definitions of this very process: no code server."""
    prepare_dagster_home(settings, database)
    storage.finish(database)
    target = LoadableTargetOrigin(
        executable_path=sys.executable,
        module_name="discovery_dagster.definitions",
        attribute="defs",
        working_directory=str(PROJECT),
    )
    origin = InProcessCodeLocationOrigin(target, location_name=LOCATION)
    with (
        dg.DagsterInstance.get() as instance,
        WorkspaceProcessContext(instance, InProcessWorkspaceLoadTarget(origin)) as process,
    ):
        bring_over(instance, database)
        yield Engine(instance, database, process.create_request_context())
