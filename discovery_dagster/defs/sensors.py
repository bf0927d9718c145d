"""Sensors that keep the runs of sessions alive, and what Dagster knows of decisions true."""

import dagster as dg

from discovery_dagster.defs import inputs, recovery
from discovery_dagster.defs.partitions import bring_over
from discovery_dagster.defs.tick_database import tick_database
from discovery_dagster.store import sessions
from discovery_dagster.store.decisions import digests


@dg.sensor(
    name="lost_runs",
    minimum_interval_seconds=15,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Ends runs whose process is gone, so that Dagster retries them from where they "
    "stopped.",
)
def lost_runs_sensor(context: dg.SensorEvaluationContext) -> dg.SkipReason:
    """Report runs without a living process as failed; Dagster's own retries relaunch them.

    Each tick also brings partitions of earlier versions over, so that services that are started do
    so.
    """
    with tick_database() as database:
        bring_over(context.instance, database)
        if not recovery.retries_are_watched(context.instance):
            return dg.SkipReason("Dagster's daemon does not look for runs to retry yet.")
        lost = list(recovery.lost_runs(context.instance, database))
    for run in lost:
        recovery.end(context.instance, run, retried=True)
    ended = ", ".join(run.run_id for run in lost)
    return dg.SkipReason(f"Ended {ended}." if lost else "Every run has a live process.")


#: Engagements that one look at decisions takes in; the next look goes on with the others.
_LOOKED_AT = 50


@dg.sensor(
    name="decisions",
    minimum_interval_seconds=30,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Reports decisions to Dagster, so that what they affect is stale there, too. Each "
    f"tick covers {_LOOKED_AT} engagements with decisions.",
)
def decisions_sensor(context: dg.SensorEvaluationContext) -> dg.SkipReason:
    """Observe the inputs of the engagements that come after those of the last look."""
    with tick_database() as database:
        decided = digests.with_decisions(database, sessions.engagements(database))
        waiting = [key for key in decided if str(key) > (context.cursor or "")] or decided
        for engagement in waiting[:_LOOKED_AT]:
            inputs.observe(context.instance, database, engagement)
    more = len(waiting) > _LOOKED_AT
    context.update_cursor(str(waiting[_LOOKED_AT - 1]) if more else "")
    return dg.SkipReason(f"Looked at {len(waiting[:_LOOKED_AT])} engagements with decisions.")
