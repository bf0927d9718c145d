"""Making Dagster's tables so that a kill at any moment is made good by the next process.

Dagster commits each table and each index by itself and afterwards looks only for the first table: a
process that is killed in between leaves a home in which every later run fails (`relation "run_tags"
does not exist`). Here all are made in one transaction; what a process of Dagster's own left in
parts is completed.
"""

from dagster_postgres import PostgresEventLogStorage, PostgresRunStorage, PostgresScheduleStorage
from dagster_postgres.run_storage import run_storage
from dagster_postgres.utils import pg_alembic_config

from discovery_dagster.defs.internals import (
    RunStorageSqlMetadata,
    ScheduleStorageSqlMetadata,
    SqlEventLogStorageMetadata,
    stamp_alembic_rev,
)
from discovery_dagster.settings import Settings
from discovery_dagster.store import dagster_schema, dagster_tables
from discovery_dagster.store.database import Database, open_database

_TABLES = (RunStorageSqlMetadata, SqlEventLogStorageMetadata, ScheduleStorageSqlMetadata)


def finish(database: Database) -> None:
    """Make what is missing of Dagster's tables, however often it was tried before."""
    if dagster_tables.are_complete(database):
        return
    with dagster_tables.making(database):
        if not dagster_tables.are_made(database):  # by another process meanwhile
            _make(database.dagster_url)
        dagster_tables.tell_of_runs(database)


def _make(url: str) -> None:
    revision = pg_alembic_config(run_storage.__file__)
    dagster_schema.make(url, _TABLES, lambda connection: stamp_alembic_rev(revision, connection))
    _mark(url)


def _mark(url: str) -> None:
    """Mark that there is nothing of older versions to bring over; the schedules' mark is last."""
    runs = PostgresRunStorage(url, should_autocreate_tables=False)
    runs.migrate()
    runs.optimize()
    events = PostgresEventLogStorage(url, should_autocreate_tables=False)
    events.reindex_events()
    events.reindex_assets()
    schedules = PostgresScheduleStorage(url, should_autocreate_tables=False)
    schedules.migrate()
    schedules.optimize()


if __name__ == "__main__":
    with open_database(Settings()) as home:
        finish(home)
