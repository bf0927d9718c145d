"""How Dagster itself fares: its daemons, its sensors and schedules, its partitions; read by SQL.

As in `dagster_runs`: asking Dagster costs seconds of imports. All of it is empty before Dagster has
made its tables.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from psycopg.rows import DictRow

from discovery_dagster.domain.keys import PARTITIONS_NAME
from discovery_dagster.store import dagster_runs, sessions
from discovery_dagster.store.database import Database

_HEARTBEATS = """
select daemon_type, daemon_id,
       extract(epoch from now() at time zone 'utc' - timestamp)::float as age
from daemon_heartbeats
order by daemon_type
"""

#: What was switched by hand in the UI; one that runs because the code says so is not in here.
_SWITCHED_OFF = """
select instigator_body::jsonb #>> '{origin,job_name}' as name
from instigators
where status = 'STOPPED'
"""

_FAILED_TICKS = """
select name, failed_at from (
    select distinct on (selector_id) status, timestamp as failed_at,
           tick_body::jsonb ->> 'job_name' as name
    from job_ticks
    where status <> 'STARTED'
    order by selector_id, timestamp desc
) newest
where status = 'FAILURE'
order by name
"""

_LATEST_OF_JOBS = """
select distinct on (pipeline_name) pipeline_name as job, status, run_id
from runs
where pipeline_name = any (%s) and status in ('SUCCESS', 'FAILURE', 'CANCELED')
order by pipeline_name, id desc
"""

_PARTITIONS = "select partition from dynamic_partitions where partitions_def_name = %s order by id"

_MATERIALIZED = """
select partition, array_agg(distinct asset_key::jsonb ->> 0) as assets
from event_logs
where dagster_event_type = 'ASSET_MATERIALIZATION' and partition is not null
group by partition
order by partition
"""


@dataclass(frozen=True)
class Heartbeat:
    """The last sign of life of one of Dagster's daemons; `age` in seconds."""

    daemon: str
    process: str
    age: float


@dataclass(frozen=True)
class Strays:
    """What Dagster has of sessions that the store has not.

    Attributes:
        partitions: added by hand, erased by an older version, or of an archived engagement.
        materialized: keys with materialisations and no session, with the assets that have them.
    """

    partitions: list[str]
    materialized: dict[str, list[str]]


def heartbeats(database: Database) -> list[Heartbeat]:
    """The last sign of life of each daemon that has ever run on this home."""
    return [
        Heartbeat(row["daemon_type"], row["daemon_id"], row["age"])
        for row in _rows(database, _HEARTBEATS)
    ]


def switched_off(database: Database) -> set[str]:
    """Names of the sensors and schedules that somebody has switched off."""
    return {row["name"] for row in _rows(database, _SWITCHED_OFF)}


def failed_ticks(database: Database) -> list[tuple[str, datetime]]:
    """Names of the sensors and schedules whose last tick failed, and when (UTC)."""
    return [(row["name"], row["failed_at"]) for row in _rows(database, _FAILED_TICKS)]


def failed_jobs(database: Database, jobs: Iterable[str]) -> dict[str, str]:
    """Those of the jobs whose last run that ended had no success, with that run's id."""
    rows = _rows(database, _LATEST_OF_JOBS, list(jobs))
    return {row["job"]: row["run_id"] for row in rows if row["status"] != "SUCCESS"}


def strays(database: Database) -> Strays:
    """What is a partition, or was materialised, for no session of the store."""
    live = {session.partition_key for session in sessions.live(database)}
    known = _partition_keys(database)
    partitions = [row["partition"] for row in _rows(database, _PARTITIONS, PARTITIONS_NAME)]
    return Strays(
        [key for key in partitions if key not in live],
        {
            row["partition"]: row["assets"]
            for row in _rows(database, _MATERIALIZED)
            if row["partition"] not in known
        },
    )


def _partition_keys(database: Database) -> set[str]:
    """Those of all sessions, of archived engagements as well."""
    everyone = sessions.engagements(database)
    with database.reader(everyone) as connection:
        rows = connection.execute(
            "select engagement || '|' || session as key from discovery.session"
            " where engagement = any (%s)",
            [list(map(str, everyone))],
        ).fetchall()
    return {row["key"] for row in rows}


def _rows(database: Database, query: str, *values: object) -> list[DictRow]:
    if not dagster_runs.exist(database):
        return []
    with database.connect() as connection:
        return connection.execute(query, values).fetchall()
