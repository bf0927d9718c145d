"""The project's own schema: its roles, and its migrations to the newest revision."""

from pathlib import Path

import psycopg
from psycopg import sql

MIGRATIONS = Path(__file__).parent / "migrations"

#: Owner of the tables; writer of the pipeline; reader of the API and of exports; operator, who may
#: list engagements; gatekeeper, who knows the API's tokens. None logs in: a connection takes one of
#: them on with `set role`.
ROLES = (
    "discovery_owner",
    "discovery_writer",
    "discovery_reader",
    "discovery_operator",
    "discovery_gatekeeper",
)

#: Any number will do; every process that migrates waits for the same one.
_MIGRATION_LOCK = 5_203_117


def head() -> str:
    """Return the newest revision that the code has."""
    return max(path.name.split("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def migrate(url: str) -> None:
    """Bring the schema of the database at `url` (libpq form) to the newest revision.

    Does nothing when it is there already, in one query: each command calls it.
    """
    with psycopg.connect(url, autocommit=True) as connection:
        if _revision(connection) == head():
            return
        connection.execute("select pg_advisory_lock(%s)", [_MIGRATION_LOCK])
        if _revision(connection) != head():
            _make_roles(connection)
            _upgrade(url)


def empty(url: str) -> None:
    """Leave of the project's schema only its name and its roles, to be filled from a dump."""
    with psycopg.connect(url) as connection:
        connection.execute("drop schema if exists discovery cascade")
        _make_roles(connection)


def _revision(connection: psycopg.Connection) -> str | None:
    if connection.execute("select to_regclass('discovery.alembic_version')").fetchone() == (None,):
        return None
    row = connection.execute("select version_num from discovery.alembic_version").fetchone()
    return str(row[0]) if row else None


def _make_roles(connection: psycopg.Connection) -> None:
    for role in ROLES:
        name = sql.Identifier(role)
        if not connection.execute("select 1 from pg_roles where rolname = %s", [role]).fetchone():
            connection.execute(sql.SQL("create role {} nologin").format(name))
        connection.execute(sql.SQL("grant {} to current_user").format(name))
    connection.execute("create schema if not exists discovery authorization discovery_owner")
    connection.execute(
        "grant usage on schema discovery to discovery_writer, discovery_reader,"
        " discovery_operator, discovery_gatekeeper"
    )
    # alembic_version is read by whoever starts a command, before a role is taken on.
    connection.execute("grant usage, create on schema discovery to current_user")


def _upgrade(url: str) -> None:
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
        command.upgrade(config, "head")
        connection.exec_driver_sql("grant select on discovery.alembic_version to public")
