"""Dagster's tables are whole, wherever the process that made them was killed."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import psycopg
import pytest
import sqlalchemy as sa
from dagster import DagsterEvent, DagsterEventType, DagsterRun
from dagster_postgres import DagsterPostgresStorage, PostgresRunStorage

from discovery_dagster.defs import storage
from discovery_dagster.store import dagster_tables
from discovery_dagster.store.database import Database

#: All that Dagster made, and what it marked as made.
_MADE = """
    select table_name || '.' || column_name || ' ' || data_type as made
    from information_schema.columns where table_schema = 'public'
    union all select indexdef from pg_indexes where schemaname = 'public'
    union all select name from public.secondary_indexes where migration_completed is not null
    union all select version_num from public.alembic_version
    order by 1
"""


class KilledError(BaseException):
    """Stands for SIGKILL: nothing catches it, and what was committed stays."""


@contextmanager
def killed_after(statements: int) -> Iterator[None]:
    """End whoever writes after so many statements that make or mark something."""
    count = 0

    def after(connection, cursor, statement, parameters, context, executemany) -> None:
        nonlocal count
        count += statement.lstrip().upper().startswith(("CREATE", "INSERT", "ALTER"))
        if count > statements:
            raise KilledError

    sa.event.listen(sa.Engine, "after_cursor_execute", after)
    try:
        yield
    finally:
        sa.event.remove(sa.Engine, "after_cursor_execute", after)


def made(database: Database) -> list[str]:
    with psycopg.connect(database.url) as connection:
        return [row[0] for row in connection.execute(_MADE)]


@pytest.fixture
def new_database(make_database_url: Callable[[], str]) -> Callable[[], Database]:
    return lambda: Database(make_database_url())


@pytest.fixture
def untouched(new_database: Callable[[], Database]) -> list[str]:
    """What Dagster makes when nobody kills it."""
    database = new_database()
    DagsterPostgresStorage(database.dagster_url)
    return made(database)


@pytest.mark.parametrize("statements", [0, 1, 5, 25, 40, 55])
def test_what_a_killed_process_left_is_finished_by_the_next(
    new_database: Callable[[], Database], untouched: list[str], statements: int
) -> None:
    database = new_database()
    with pytest.raises(KilledError), killed_after(statements):
        DagsterPostgresStorage(database.dagster_url)
    assert not dagster_tables.are_complete(database)
    storage.finish(database)
    assert dagster_tables.are_complete(database)
    assert made(database) == untouched


def test_finishing_can_be_killed_itself(
    new_database: Callable[[], Database], untouched: list[str]
) -> None:
    database = new_database()
    for statements in (3, 20, 30):
        with pytest.raises(KilledError), killed_after(statements):
            storage.finish(database)
    storage.finish(database)
    assert made(database) == untouched


def test_who_listens_hears_of_each_change_of_a_run_whatever_its_partition_is_called(
    new_database: Callable[[], Database],
) -> None:
    database = new_database()
    storage.finish(database)
    runs = PostgresRunStorage(database.dagster_url, should_autocreate_tables=False)
    with psycopg.connect(database.url, autocommit=True) as ear:
        ear.execute("listen discovery")
        for partition in ("acme.exit|s001", "x" * 9000):
            run = DagsterRun("session_job", tags={"dagster/partition": partition})
            runs.add_run(run)
            for kind in (DagsterEventType.RUN_START, DagsterEventType.RUN_FAILURE):
                event = DagsterEvent(kind.value, run.job_name)
                runs.handle_run_event(run.run_id, event, datetime.now(UTC))
            runs.add_run_tags(run.run_id, {"dagster/will_retry": "true"})
        runs.add_run(DagsterRun("of_somebody_else"))
        heard = [notice.payload for notice in ear.notifies(timeout=2)]
    assert heard == 4 * ["acme.exit|s001"] + 4 * ["x" * 200]


def test_tables_of_a_version_that_gave_no_notice_are_completed(
    new_database: Callable[[], Database],
) -> None:
    database = new_database()
    storage.finish(database)
    with psycopg.connect(database.url) as connection:
        connection.execute("drop function public.discovery_tell_of_run cascade")
        connection.execute("update public.alembic_version set version_num = 'older'")
    assert not dagster_tables.are_complete(database)
    storage.finish(database)
    assert dagster_tables.are_complete(database)
    with psycopg.connect(database.url) as connection:
        # What Dagster's own migrations have to bring over is left to them.
        assert connection.execute("table public.alembic_version").fetchone() == ("older",)
