"""The daily job that deletes what nobody needs any more."""

import dagster as dg

from discovery_dagster.settings import Settings
from discovery_dagster.store import retention
from discovery_dagster.store.database import open_database
from discovery_dagster.store.inboxes import inbox
from discovery_dagster.store.objects import object_store

RETENTION_JOB = "retention"


@dg.op(
    out=dg.Out(dg.Nothing),
    description="Deletes log lines of old runs, files and frames that nothing refers to, and"
    " uploads that were never ended.",
)
def delete_what_is_old(context: dg.OpExecutionContext) -> None:
    """Delete it, and log how much it was."""
    settings = Settings()
    with open_database(settings) as database:
        events = retention.delete_old_events(database, settings.keep_events_days)
        orphans = retention.delete_orphans(database, object_store(settings))
    uploads = inbox(settings).delete_abandoned()
    context.log.info(
        f"Deleted {events} log lines, {orphans['frames']} orphaned results,"
        f" {orphans['files']} orphaned files and {uploads} uploads that were never ended."
    )


@dg.job(
    name=RETENTION_JOB,
    executor_def=dg.in_process_executor,
    # Its own, since that of the definitions wants the session of a run.
    resource_defs={"io_manager": dg.mem_io_manager},
    # Nothing else ends such a run when its process is gone: it is no session's.
    tags={"dagster/max_runtime": "3600", "dagster/max_retries": "0"},
    description="Keeps the event log and the object store from growing forever.",
)
def retention_job() -> None:
    """Delete what is old."""
    delete_what_is_old()


retention_schedule = dg.ScheduleDefinition(
    name="daily_retention",
    job=retention_job,
    cron_schedule="30 3 * * *",
    description="Deletes, each night, what is no longer needed.",
    default_status=dg.DefaultScheduleStatus.RUNNING,
)
