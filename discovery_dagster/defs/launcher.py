"""Launching runs through a code server that may die while it starts a worker."""

import time

import dagster as dg

from discovery_dagster.defs.internals import (
    DagsterUserCodeUnreachableError,
    GrpcServerCodeLocation,
    LaunchRunContext,
)

#: Seconds that a worker may take from the death of its code server until it has reported itself
#: started. It took 4 s on an idle machine and 25 s beside four busy processes.
_START_LIMIT = 60.0

_INTERVAL = 0.2


class SessionRunLauncher(dg.DefaultRunLauncher):
    """Dagster's launcher, which waits for the worker that a code server left behind.

    A worker outlives its code server. Dagster would put the run back into its queue at once; the
    worker then finds a run that is none of its own and ends, or a second worker is started beside
    it, whose end makes the living run read failed.
    """

    def launch_run(self, context: LaunchRunContext) -> None:
        """Launch the run.

        Raises:
            DagsterUserCodeUnreachableError: when no worker was started; the run is then queued
                again, as often as `max_user_code_failure_retries` allows.
        """
        run = context.dagster_run
        self._require_code_server(context)
        try:
            super().launch_run(context)
        except DagsterUserCodeUnreachableError:
            if not self._has_begun(run.run_id):
                raise

    def _require_code_server(self, context: LaunchRunContext) -> None:
        """Make sure that the code server answers: what fails after that may have begun."""
        origin = context.dagster_run.remote_job_origin
        if context.workspace is None or origin is None:
            return  # for Dagster to refuse
        location = context.workspace.get_code_location(origin.location_name)
        if isinstance(location, GrpcServerCodeLocation):
            location.client.ping("")

    def _has_begun(self, run_id: str) -> bool:
        """Whether a worker reports the run as started, or somebody ends it, within the limit."""
        deadline = time.monotonic() + _START_LIMIT
        while time.monotonic() < deadline:
            run = self._instance.get_run_by_id(run_id)
            if run is None or run.status != dg.DagsterRunStatus.STARTING:
                return True
            time.sleep(_INTERVAL)
        return False
