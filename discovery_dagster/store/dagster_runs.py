"""Dagster's own tables, read by exact partition tag.

They have no policies, so the caller has checked before that the session may be seen.
Read by SQL because `DagsterInstance.get()` costs three seconds of imports, which `status` and the
API would pay each time. The columns used have not changed since Dagster 1.0; a test reads a real
run through here.
"""

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from discovery_dagster.domain.errors import NOT_ENOUGH_MEMORY
from discovery_dagster.domain.facts import Run
from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.domain.state import CANCELLED, REFUSED
from discovery_dagster.settings import Settings
from discovery_dagster.store.database import Database

_LATEST = """
select distinct on (t.value) t.value as partition_key, r.run_id, r.status,
       r.create_timestamp, r.update_timestamp, r.start_time, r.end_time,
       r.status = 'FAILURE' and exists (
           select from run_tags w
           where w.run_id = r.run_id and w.key = 'dagster/will_retry' and w.value = 'true'
       ) as will_retry
from run_tags t join runs r using (run_id)
where t.key = 'dagster/partition' and t.value = any (%s)
order by t.value, r.id desc
"""

_UNDER_WAY = """
select t.value as partition_key, r.run_id, r.status,
       r.create_timestamp, r.update_timestamp, r.start_time, r.end_time, false as will_retry
from runs r join run_tags t using (run_id)
where r.status in ('NOT_STARTED', 'STARTING', 'STARTED', 'CANCELING')
  and t.key = 'dagster/partition'
order by r.id
"""

_FAILURES = """
select distinct on (run_id) run_id, step_key, event
from event_logs
where run_id = any (%s)
  and dagster_event_type in ('STEP_FAILURE', 'PIPELINE_FAILURE', 'PIPELINE_CANCELED')
order by run_id, (dagster_event_type = 'PIPELINE_CANCELED') desc,
         (dagster_event_type = 'STEP_FAILURE') desc, id
"""


def exist(database: Database) -> bool:
    """Whether Dagster has made its tables; this one it makes last."""
    with database.connect() as connection:
        row = connection.execute("select to_regclass('public.job_ticks') as name").fetchone()
    return row is not None and row["name"] is not None


def any_exists(database: Database) -> bool:
    """Whether Dagster knows a run."""
    if not exist(database):
        return False
    with database.connect() as connection:
        row = connection.execute("select exists (select from runs) as found").fetchone()
    return row is not None and bool(row["found"])


def latest(database: Database, sessions: Iterable[SessionKey]) -> dict[SessionKey, Run]:
    """Return the newest run of each session that has one."""
    keys = {session.partition_key: session for session in sessions}
    with database.connect() as connection:
        exists = connection.execute("select to_regclass('public.run_tags') as name").fetchone()
        if exists is None or exists["name"] is None:
            return {}
        runs = connection.execute(_LATEST, [list(keys)]).fetchall()
        ended = [run["run_id"] for run in runs if run["status"] in ("FAILURE", "CANCELED")]
        # Dagster makes its tables one after the other: without ended runs this one may not exist.
        events = connection.execute(_FAILURES, [ended]).fetchall() if ended else []
    failures = {row["run_id"]: row for row in events}
    return {keys[row["partition_key"]]: _run(row, failures.get(row["run_id"])) for row in runs}


def under_way(database: Database) -> list[tuple[SessionKey, Run]]:
    """List the runs that Dagster believes to be alive, without those that wait in its queue."""
    if not exist(database):
        return []
    with database.connect() as connection:
        rows = connection.execute(_UNDER_WAY).fetchall()
    return [(SessionKey.parse(row["partition_key"]), _run(row, None)) for row in rows]


@cache
def start_limit() -> timedelta:
    """Return how long the settings let a run take from its launch until its worker works."""
    return timedelta(seconds=Settings().start_seconds)


def _run(row: dict[str, Any], failure: dict[str, Any] | None) -> Run:
    return Run(
        run_id=row["run_id"],
        status=row["status"],
        created_at=row["create_timestamp"].replace(tzinfo=UTC),
        started_at=_moment(row["start_time"]),
        finished_at=_moment(row["end_time"]),
        failed_step=failure["step_key"] if failure else None,
        error=_error(row["status"], failure["event"]) if failure else None,
        will_retry=row["will_retry"],
        changed_at=row["update_timestamp"].replace(tzinfo=UTC),
        start_limit=start_limit(),
    )


def _error(status: str, event: str) -> str:
    if status != "CANCELED":
        return _message(event)
    message = str((json.loads(event).get("dagster_event") or {}).get("message"))
    # Otherwise Dagster's words speak of an interrupted execution.
    return message.removeprefix(REFUSED) if message.startswith(REFUSED) else CANCELLED


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def _message(event: str) -> str:
    """The innermost cause that a failure event names, in its own words."""
    dagster_event = json.loads(event).get("dagster_event") or {}
    error = (dagster_event.get("event_specific_data") or {}).get("error")
    message = dagster_event.get("message") or "The run failed."
    while error:
        message = error.get("message") or message
        error = error.get("cause")
    # Dagster writes an exception as `package.module.Name: words`.
    if str(message).partition(":")[0].strip().endswith("MemoryError"):
        return NOT_ENOUGH_MEMORY
    first, _, rest = str(message).strip().partition(": ")
    return rest if rest and " " not in first else str(message).strip()
