"""How Dagster fares on this home, for `discovery doctor`."""

from collections.abc import Iterator

from discovery_dagster.cli.checks import Check, Status
from discovery_dagster.store import dagster_health
from discovery_dagster.store.database import Database

#: Seconds without a sign of life after which a daemon is taken for frozen. Each gives one in 30;
#: a launch keeps that of the queue silent for up to 60, a busy machine for longer.
_SILENT = 150.0

#: Sensors and schedules that must run, with what does not happen without them.
_NEEDED: dict[str, tuple[Status, str]] = {
    "lost_runs": ("wrong", "runs whose process died are not resumed"),
    "inbox": ("warning", "drops are not taken in"),
    "run_requests": ("warning", "runs that people ask for on the pages do not begin"),
    "stop_requests": ("warning", "runs that people stop on the pages go on"),
    "daily_retention": ("warning", "nothing old is deleted"),
    "failed_runs": ("warning", "no webhook is notified of failed runs"),
    "degraded_quality": ("warning", "no webhook is notified of failed checks"),
}

_MAINTENANCE = ("retention",)

#: Names that a sentence holds before it only counts the others.
_MOST_NAMES = 3


def dagster_checks(database: Database, *, services_up: bool) -> Iterator[Check]:
    """Look at Dagster's daemons, its sensors, its maintenance and its partitions."""
    yield from _daemons(database, services_up=services_up)
    yield from _instigators(database)
    yield from _maintenance(database)
    yield from _strays(database)


def _daemons(database: Database, *, services_up: bool) -> Iterator[Check]:
    heartbeats = dagster_health.heartbeats(database)
    living = [beat for beat in heartbeats if beat.age <= _SILENT]
    silent = [beat for beat in heartbeats if beat.age > _SILENT]
    if len({beat.process for beat in living}) > 1:
        yield Check(
            "daemon",
            "wrong",
            "Two Dagster daemons run on this home, as with `dagster dev` beside `discovery up`:"
            " Dagster does not support that; stop one.",
        )
    if services_up and (silent or not heartbeats):
        names = _few([beat.daemon for beat in silent]) or "The daemon"
        oldest = max((beat.age for beat in silent), default=0.0)
        yield Check(
            "daemon",
            "wrong",
            f"{names} has shown no sign of life for {oldest:.0f} s: end the process dagster-daemon,"
            " which `discovery up` then starts again.",
        )
    elif len({beat.process for beat in living}) <= 1:
        yield Check("daemon", "ok", "Dagster's daemon is alive." if living else "No daemon runs.")


def _instigators(database: Database) -> Iterator[Check]:
    off = dagster_health.switched_off(database) & _NEEDED.keys()
    for name in sorted(off):
        status, consequence = _NEEDED[name]
        yield Check(
            "sensors", status, f"{name} is switched off: {consequence}. Switch it on in the UI."
        )
    failed = dagster_health.failed_ticks(database)
    for name, at in failed:
        yield Check(
            "sensors", "warning", f"The last tick of {name} failed at {at:%Y-%m-%d %H:%M} UTC."
        )
    if not off and not failed:
        yield Check("sensors", "ok", "No sensor or schedule is switched off or fails.")


def _maintenance(database: Database) -> Iterator[Check]:
    failed = dagster_health.failed_jobs(database, _MAINTENANCE)
    for job, run_id in failed.items():
        yield Check(
            "maintenance", "wrong", f"The last run of {job} ({run_id}) failed; the UI says why."
        )
    if not failed:
        yield Check("maintenance", "ok", "No maintenance job failed when it last ran.")


def _strays(database: Database) -> Iterator[Check]:
    strays = dagster_health.strays(database)
    mend = "`discovery reconcile` removes them."
    if strays.partitions:
        names = _few(strays.partitions)
        yield Check(
            "strays",
            "warning",
            f"Dagster has the partitions {names}, which are not live sessions: {mend}",
        )
    if strays.materialized:
        yield Check(
            "strays",
            "warning",
            f"Dagster has materialisations for {_few(list(strays.materialized))}, where there is no"
            " session: somebody reported them by hand.",
        )
    if not (strays.partitions or strays.materialized):
        yield Check("strays", "ok", "Dagster has no partition that is not in the store.")


def _few(names: list[str]) -> str:
    more = len(names) - _MOST_NAMES
    return ", ".join(names[:_MOST_NAMES]) + (f" and {more} more" if more > 0 else "")
