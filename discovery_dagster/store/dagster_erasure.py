"""Erasing an engagement from Dagster's own tables.

Dagster has no call for it: a partition cannot be wiped, and deleting a run leaves what the asset
keys remember. So the rows are found by run and by partition, and deleted.
"""

from pathlib import Path
from shutil import rmtree

from discovery_dagster.domain.keys import EngagementKey
from discovery_dagster.store.database import Database

_RUNS = """
select distinct run_id from run_tags
where (key = 'dagster/partition' and starts_with(value, %(cells)s))
   or (key = 'discovery/engagement' and value = %(engagement)s)
"""

#: Statements by what they delete or forget; `%(cells)s` is how the engagement's partitions begin.
_STATEMENTS = {
    "event tags": "delete from asset_event_tags where event_id in (select id from event_logs"
    " where run_id = any (%(runs)s) or starts_with(partition, %(cells)s))",
    "events": "delete from event_logs"
    " where run_id = any (%(runs)s) or starts_with(partition, %(cells)s)",
    "checks": "delete from asset_check_executions"
    " where run_id = any (%(runs)s) or starts_with(partition, %(cells)s)",
    "run tags": "delete from run_tags where run_id = any (%(runs)s)",
    "runs": "delete from runs where run_id = any (%(runs)s)",
    "backfills": "delete from bulk_actions where strpos(body, %(cells)s) > 0",
    "ticks": "delete from job_ticks where strpos(tick_body, %(engagement)s) > 0",
    "partitions": "delete from dynamic_partitions where starts_with(partition, %(cells)s)",
    "asset keys": "update asset_keys set last_materialization = null, cached_status_data = null"
    " where strpos(concat(last_materialization, cached_status_data), %(cells)s) > 0",
}


def erase(database: Database, engagement: EngagementKey, dagster_home: Path) -> dict[str, int]:
    """Delete the engagement's runs, events, checks, backfills, ticks, partition and run logs.

    Returns:
        Rows deleted or changed, by kind; kinds without any are left out.
    """
    with database.connect() as connection:
        exists = connection.execute("select to_regclass('public.run_tags') as name").fetchone()
        if exists is None or exists["name"] is None:
            return {}
        values = {"engagement": str(engagement), "cells": f"{engagement}|", "runs": list[str]()}
        values["runs"] = [row["run_id"] for row in connection.execute(_RUNS, values).fetchall()]
        erased = {
            kind: connection.execute(statement, values).rowcount
            for kind, statement in _STATEMENTS.items()
        }
    for run_id in values["runs"]:
        rmtree(dagster_home / "storage" / str(run_id), ignore_errors=True)
    return {kind: rows for kind, rows in erased.items() if rows}
