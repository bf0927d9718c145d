"""Whether Dagster's own tables are there, the lock under which they are made, our triggers."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from discovery_dagster.store.database import Database

#: What Dagster marks last when it has made all tables of its runs, events and schedules.
_LAST_MARK: Final = "schedule_ticks_selector_id"

#: Any number that nobody else takes a lock by.
_LOCK: Final = 0x64616773746572

#: What gives notice of a change of a run, to whoever follows its session (see `notices`). Dagster
#: stores a run before its tags, and the event of a change before the change. Whatever is in the tag
#: of somebody's own run must not be an error, as a payload of 8,000 bytes is. A restore fills the
#: tables in a role that may not read them, hence the definer's rights.
_TELL: Final = (
    """
    create or replace function public.discovery_tell_of_run() returns trigger
    language plpgsql security definer set search_path = pg_catalog as $$
    begin
      perform pg_notify('discovery', left(value, 200)) from public.run_tags
      where run_id = new.run_id and key = 'dagster/partition';
      return null;
    end $$
    """,
    """
    create or replace trigger discovery_tell after insert or update on public.run_tags
    for each row when (new.key in ('dagster/partition', 'dagster/will_retry'))
    execute function public.discovery_tell_of_run()
    """,
    """
    create or replace trigger discovery_tell after update on public.runs
    for each row when (old.status is distinct from new.status)
    execute function public.discovery_tell_of_run()
    """,
)

#: The last of them.
_TELLS: Final = """
select from pg_trigger
where tgrelid = to_regclass('public.runs') and tgname = 'discovery_tell'
"""


def are_complete(database: Database) -> bool:
    """Whether all tables are there, with what Dagster marks in them and our triggers."""
    if not are_made(database):
        return False
    with database.connect() as connection:
        return connection.execute(_TELLS).fetchone() is not None


def are_made(database: Database) -> bool:
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


def tell_of_runs(database: Database) -> None:
    """Have each change of a run be given notice of; may be called again."""
    with database.connect() as connection:
        for statement in _TELL:
            connection.execute(statement)
