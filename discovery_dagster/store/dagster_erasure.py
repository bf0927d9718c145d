"""Erasing an engagement from Dagster's own tables.

Dagster has no call for it: a partition cannot be wiped, and deleting a run leaves what the asset
keys remember. So the rows are found by run and by partition, and deleted.
"""

from pathlib import Path
from shutil import rmtree

from discovery_dagster.domain.keys import EngagementKey
from discovery_dagster.store import dagster_runs, traces
from discovery_dagster.store.database import Database

_RUNS = """
select distinct run_id from run_tags
where (key = 'dagster/partition' and starts_with(value, %(cells)s))
   or (key = 'discovery/engagement' and value = %(engagement)s)
"""

#: Statements by what they delete or forget; `%(cells)s` is how the engagement's partitions begin,
#: `%(mention)s` matches its key, also as a place in the inbox, in a text.
_STATEMENTS = {
    "event tags": "delete from asset_event_tags where event_id in (select id from event_logs"
    " where run_id = any (%(runs)s) or starts_with(partition, %(cells)s))",
    "events": "delete from event_logs"
    " where run_id = any (%(runs)s) or starts_with(partition, %(cells)s)",
    "checks": "delete from asset_check_executions"
    " where run_id = any (%(runs)s) or starts_with(partition, %(cells)s)",
    "run tags": "delete from run_tags where run_id = any (%(runs)s)",
    "runs": "delete from runs where run_id = any (%(runs)s)",
    "backfills": "delete from bulk_actions where body ~ %(mention)s",
    "ticks": "delete from job_ticks where tick_body ~ %(mention)s",
    # The inbox sensor's cursor, which it may lose: its drops are known by their content.
    "cursors": "update instigators set instigator_body = (instigator_body::jsonb"
    " #- '{job_specific_data,cursor}' #- '{job_specific_data,last_run_key}')::text"
    " where instigator_body ~ %(mention)s",
    "partitions": "delete from dynamic_partitions where starts_with(partition, %(cells)s)",
    "asset keys": "update asset_keys set last_materialization = null, cached_status_data = null"
    " where concat(last_materialization, cached_status_data) ~ %(mention)s",
}


def run_ids(database: Database, engagement: EngagementKey) -> list[str]:
    """Ids of the engagement's runs."""
    if not dagster_runs.exist(database):
        return []
    with database.connect() as connection:
        rows = connection.execute(_RUNS, _values(engagement)).fetchall()
    return [row["run_id"] for row in rows]


def erase(database: Database, engagement: EngagementKey, dagster_home: Path) -> dict[str, int]:
    """Delete the engagement's runs, events, checks, backfills, ticks, partition and run logs.

    Returns:
        Rows deleted or changed, by kind; kinds without any are left out.
    """
    if not dagster_runs.exist(database):
        return {}
    runs = run_ids(database, engagement)
    values = {**_values(engagement), "runs": runs}
    with database.connect() as connection:
        erased = {
            kind: connection.execute(statement, values).rowcount
            for kind, statement in _STATEMENTS.items()
        }
    for run_id in runs:
        rmtree(dagster_home / "storage" / run_id, ignore_errors=True)
    return {kind: rows for kind, rows in erased.items() if rows}


def _values(engagement: EngagementKey) -> dict[str, str]:
    return {
        "engagement": str(engagement),
        "cells": f"{engagement}|",
        "mention": traces.pattern(engagement),
    }
