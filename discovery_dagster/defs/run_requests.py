"""Runs that people ask for on the pages, whose server neither imports Dagster nor speaks to it."""

import dagster as dg

from discovery_dagster.defs.partitions import add_partition, session_tags
from discovery_dagster.defs.stopping import stop
from discovery_dagster.defs.tick_database import tick_database
from discovery_dagster.store import run_requests, sessions, stop_requests

#: Runs that one tick requests; the next one goes on.
_MOST = 20


@dg.sensor(
    name="run_requests",
    job_name="session_job",
    minimum_interval_seconds=5,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Runs the sessions that people ask for on the pages.",
)
def run_requests_sensor(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
    """Request a run for each request of a person that has none, under a key of its own.

    A kill after that neither loses nor doubles one: a request waits until a run began after it, and
    Dagster makes one run of a key.
    """
    with tick_database() as database:
        waiting = run_requests.waiting(database, sessions.engagements(database))
    requests = []
    for each in waiting[:_MOST]:
        add_partition(context.instance, each.session)
        requests.append(
            dg.RunRequest(
                run_key=f"{each.session}:request {each.request}",
                partition_key=each.session.partition_key,
                tags=session_tags(each.session),
            )
        )
    if not requests:
        return dg.SkipReason("Nobody has asked for a run.")
    return dg.SensorResult(run_requests=requests)


@dg.sensor(
    name="stop_requests",
    minimum_interval_seconds=5,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Stops the runs that people ask to be stopped on the pages.",
)
def stop_requests_sensor(context: dg.SensorEvaluationContext) -> dg.SkipReason:
    """Stop the run that was asked about first, which takes up to half a minute; then the next one.

    A kill between stopping and remembering it asks once more, of a run that has ended.
    """
    with tick_database() as database:
        waiting = stop_requests.waiting(database, sessions.engagements(database))
        if not waiting:
            return dg.SkipReason("Nobody has asked to stop a run.")
        first = waiting[0]
        stopped = stop(context.instance, database, first.session)
        stop_requests.finish(database, first)
    return dg.SkipReason(f"{first.session}: {'stopped' if stopped else 'nothing to stop'}.")
