"""Dagster's tables are whole, wherever the process that made them was killed."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
import pytest
import sqlalchemy as sa
from dagster_postgres import DagsterPostgresStorage

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
