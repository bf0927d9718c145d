"""The project's own schema: its roles, and its migrations to the newest revision."""

from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import scalar_row

MIGRATIONS = Path(__file__).parent / "migrations"

#: Owner of the tables; writer of the pipeline; editor, in which the web server adds decisions;
#: reader of the API and of exports; operator, who may list engagements; gatekeeper, who knows the
#: API's tokens; backup, which reads every row of every engagement and changes none. None logs in: a
#: connection takes one of them on with `set role`.
ROLES = (
    "discovery_owner",
    "discovery_writer",
    "discovery_editor",
    "discovery_reader",
    "discovery_operator",
    "discovery_gatekeeper",
    "discovery_backup",
)

#: Opens every table to the backup, also those of migrations to come. Row-level security is forced
#: on the owner, too, so that no other role sees all rows and a dump would lack some.
_OPEN_TO_BACKUP = """
do $$
declare closed regclass;
begin
  for closed in
    select oid from pg_class
    where relnamespace = 'discovery'::regnamespace and relrowsecurity
    and not exists (select from pg_policy where polrelid = pg_class.oid and polname = 'backup')
  loop
    execute 'create policy backup on ' || closed || ' for select to discovery_backup using (true)';
  end loop;
  grant select on all tables in schema discovery to discovery_backup;
  grant select on all sequences in schema discovery to discovery_backup;
end $$
"""

#: Any number will do; every process that migrates waits for the same one.
_MIGRATION_LOCK = 5_203_117


def head() -> str:
    """Return the newest revision that the code has."""
    return max(revisions())


def revisions() -> set[str]:
    """Return all revisions that the code has."""
    return {path.name.split("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py")}


def migrate(url: str) -> None:
    """Bring the schema of the database at `url` (libpq form) to the newest revision.

    Does nothing when it is there already, in one query: each command calls it. Nor does it when a
    newer version has been there, as while machines are upgraded one by one: its tables serve this
    one, too. The login needs no superuser: it must be able to take on the project's roles, or to
    make them.

    Raises:
        psycopg.errors.InsufficientPrivilege: when the login may do neither.
    """
    with psycopg.connect(url, autocommit=True) as connection:
        if (revision(connection) or "") >= head():
            return
        connection.execute("select pg_advisory_lock(%s)", [_MIGRATION_LOCK])
        if (revision(connection) or "") < head():
            make_roles(connection)
            _make_schema(connection)
            _upgrade(url, head())


def recreate(url: str, target: str) -> None:
    """Make the project's tables anew, empty, as they were at the revision `target`."""
    with psycopg.connect(url, autocommit=True) as connection:
        make_roles(connection)
        with connection.transaction():
            connection.execute("set local role discovery_owner")
            connection.execute("drop schema if exists discovery cascade")
        _make_schema(connection)
    _upgrade(url, target)


def revision(connection: psycopg.Connection[Any]) -> str | None:
    """Return the revision of the tables; None when there are none. They sort by age."""
    values = connection.cursor(row_factory=scalar_row)
    if values.execute("select to_regclass('discovery.alembic_version')").fetchone() is None:
        return None
    row = values.execute("select version_num from discovery.alembic_version").fetchone()
    return None if row is None else str(row)


def make_roles(connection: psycopg.Connection) -> None:
    """Make the roles that are missing and let the login take on each, outside a transaction.

    Roles belong to the cluster: another of its databases may have them already, or make them at
    this moment, which no lock of this database prevents.
    """
    # Since Postgres 16 who makes a role is its member without being able to take it on.
    membership = "SET" if connection.info.server_version >= 160_000 else "MEMBER"
    for role in ROLES:
        name = sql.Identifier(role)
        if not connection.execute("select 1 from pg_roles where rolname = %s", [role]).fetchone():
            with suppress(psycopg.errors.DuplicateObject, psycopg.errors.UniqueViolation):
                connection.execute(sql.SQL("create role {} nologin").format(name))
        able = connection.execute("select pg_has_role(%s, %s)", [role, membership]).fetchone()
        if able != (True,):
            with suppress(psycopg.errors.UniqueViolation):
                connection.execute(sql.SQL("grant {} to current_user").format(name))


def _make_schema(connection: psycopg.Connection) -> None:
    if connection.execute("select to_regnamespace('discovery')").fetchone() == (None,):
        connection.execute("create schema discovery authorization discovery_owner")
    with connection.transaction():
        connection.execute("set local role discovery_owner")
        # The login reads alembic_version at each command, before it takes a role on.
        connection.execute(
            "grant usage on schema discovery to session_user, discovery_writer, discovery_editor,"
            " discovery_reader, discovery_operator, discovery_gatekeeper, discovery_backup"
        )


def _upgrade(url: str, target: str) -> None:
    # Imported here: SQLAlchemy and Alembic cost half a second that only a new schema needs.
    from alembic import command
    from alembic.config import Config
    from sqlalchemy import create_engine, pool

    # `creator` keeps SQLAlchemy from reading the URL, so libpq's own forms work.
    engine = create_engine(
        "postgresql+psycopg://", creator=lambda: psycopg.connect(url), poolclass=pool.NullPool
    )
    config = Config(attributes={})
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as connection:
        connection.exec_driver_sql("set role discovery_owner")
        config.attributes["connection"] = connection
        command.upgrade(config, target)
        connection.exec_driver_sql("grant select on discovery.alembic_version to public")
        connection.exec_driver_sql(_OPEN_TO_BACKUP)
