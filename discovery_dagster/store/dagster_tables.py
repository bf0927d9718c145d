"""Whether Dagster's own tables are there, and the lock under which they are made."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from discovery_dagster.store.database import Database

#: What Dagster marks last when it has made all tables of its runs, events and schedules.
_LAST_MARK: Final = "schedule_ticks_selector_id"

#: Any number that nobody else takes a lock by.
_LOCK: Final = 0x64616773746572


def are_complete(database: Database) -> bool:
    """Whether all tables are there with what Dagster marks in them."""
    with database.connect() as connection:
        row = connection.execute(
            "select to_regclass('public.secondary_indexes') is not null as made"
        ).fetchone()
        if row is None or not row["made"]:
            return False
        mark = connection.execute(
            "select from secondary_indexes where name = %s and migration_completed is not null",
            [_LAST_MARK],
        ).fetchone()
    return mark is not None


@contextmanager
def making(database: Database) -> Iterator[None]:
    """Hold the lock of whoever makes the tables; it ends with the process."""
    with database.connect(autocommit=True) as connection:
        connection.execute("select pg_advisory_lock(%s)", [_LOCK])
        yield
