"""Connections to Postgres: always in a role, always with a context, one transaction each."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import quote, urlencode

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import DictRow, dict_row

from discovery_dagster.domain.errors import OperationError
from discovery_dagster.domain.keys import EngagementKey
from discovery_dagster.settings import Settings
from discovery_dagster.store import certificates, poolers, schema
from discovery_dagster.store.embedded_postgres import EmbeddedPostgres, EmbeddedPostgresError
from discovery_dagster.store.lost_peers import noticing_lost_server
from discovery_dagster.store.spare_connections import SpareConnections

DATABASE = "discovery"


class DatabaseError(OperationError):
    """Postgres cannot be reached or refuses; the message is one sentence."""

    code = "database"


class DatabaseAwayError(DatabaseError):
    """Postgres cannot be reached now, which may be over in a moment (see `outages`)."""

    code = "database_away"


@dataclass(frozen=True)
class Database:
    """The database with the project's schema; `url` is in libpq form.

    Each transaction opens a connection of its own, unless there are spare ones. `revive` brings the
    server back where nobody else does.
    """

    url: str
    spare: SpareConnections | None = field(default=None, kw_only=True, repr=False, compare=False)
    revive: Callable[[], None] | None = field(default=None, kw_only=True, repr=False, compare=False)

    @property
    def dagster_url(self) -> str:
        """The same database for dagster-postgres.

        The driver is named because SQLAlchemy 2.1 reads a bare `postgresql://` as psycopg 3, whose
        server-side binds break the NOTIFY of dagster-postgres at the first event (dagster #33958).
        """
        parts = conninfo_to_dict(self.url)  # a URL or `name=value` pairs, as libpq takes both
        login = quote(str(parts.pop("user", "")), safe="")
        if password := parts.pop("password", None):
            login += f":{quote(str(password), safe='')}"
        database = quote(str(parts.pop("dbname", "")), safe="")
        return f"postgresql+psycopg2://{login}@/{database}?{urlencode(parts)}"

    @property
    def server_version(self) -> str:
        """Version of the server, such as `18.4`."""
        with self.connect() as connection:
            return connection.info.parameter_status("server_version") or "of an unknown version"

    @contextmanager
    def writer(self, engagement: EngagementKey) -> Iterator[psycopg.Connection[DictRow]]:
        """One transaction of the pipeline, which can write this engagement and nothing else."""
        with self._transaction("discovery_writer", [engagement]) as connection:
            yield connection

    @contextmanager
    def reader(self, engagements: Iterable[EngagementKey]) -> Iterator[psycopg.Connection[DictRow]]:
        """One read-only transaction that sees these engagements."""
        with self._transaction("discovery_reader", engagements) as connection:
            yield connection

    @contextmanager
    def operator(self) -> Iterator[psycopg.Connection[DictRow]]:
        """One read-only transaction that sees which engagements there are."""
        with self._transaction("discovery_operator", ()) as connection:
            yield connection

    @contextmanager
    def gatekeeper(self) -> Iterator[psycopg.Connection[DictRow]]:
        """One transaction that sees the tokens of the read API, and nothing else."""
        with self._transaction("discovery_gatekeeper", ()) as connection:
            yield connection

    @contextmanager
    def _transaction(
        self, role: str, engagements: Iterable[EngagementKey]
    ) -> Iterator[psycopg.Connection[DictRow]]:
        try:
            lent = self.spare.lent(self.connect) if self.spare else self.connect()
            with lent as connection:
                begin(connection, role, engagements)
                yield connection
        except psycopg.OperationalError as error:
            raise unavailable(error) from error

    def connect(self, **options: Any) -> psycopg.Connection[DictRow]:
        """Open a connection without role or context.

        Raises:
            DatabaseAwayError: when the server cannot be reached or takes no more connections.
        """
        try:
            return psycopg.connect(self.url, row_factory=dict_row, **options)
        except psycopg.OperationalError as error:
            if self.revive is not None:
                self.revive()
            raise unavailable(error) from error


#: Sqlstates of a server that stops, starts or has no connection left; none: the connection broke.
_AWAY = frozenset({None, "08000", "08003", "08006", "53300", "57P01", "57P02", "57P03"})


def unavailable(error: psycopg.OperationalError) -> DatabaseError:
    """Return the error as one sentence about the server or the connection; it quotes no value."""
    if untrusted := certificates.refusal(str(error)):
        return DatabaseError(untrusted)
    lines = [line for line in str(error).splitlines() if line.strip()] or [type(error).__name__]
    if error.sqlstate in _AWAY:
        return DatabaseAwayError(f"Postgres cannot be reached: {lines[-1].strip()}")
    return DatabaseError(f"Postgres cannot go on: {lines[0].strip()}")


#: The roles whose transactions may write.
_WRITERS = frozenset({"discovery_writer", "discovery_editor", "discovery_gatekeeper"})


def begin(
    connection: psycopg.Connection[Any], role: str, engagements: Iterable[EngagementKey]
) -> None:
    """Take on a role and a context for the transaction that this begins, in one round trip."""
    connection.execute(
        "select set_config('transaction_read_only', %s, true), set_config('role', %s, true),"
        " set_config('discovery.engagements', %s, true)",
        ["off" if role in _WRITERS else "on", role, ",".join(map(str, engagements))],
    )


def set_context(
    connection: psycopg.Connection[Any], engagements: Iterable[EngagementKey], *, local: bool
) -> None:
    """Say which engagements the policies allow, for the transaction (`local`) or the connection."""
    connection.execute(
        "select set_config('discovery.engagements', %s, %s)",
        [",".join(str(engagement) for engagement in engagements), local],
    )


@contextmanager
def open_database(settings: Settings) -> Iterator[Database]:
    """The database of this home, started when embedded and migrated; stopped by its last user.

    Raises:
        DatabaseError: when the server cannot be started or reached.
    """
    if settings.postgres_url is not None:
        try:
            poolers.refuse(settings.postgres_url)
        except psycopg.OperationalError as error:
            raise unavailable(error) from error
        except poolers.PoolerError as error:
            raise DatabaseError(str(error)) from error
        with _migrated(noticing_lost_server(settings.postgres_url)) as database:
            yield database
        return
    try:
        server = EmbeddedPostgres(settings.home, run_as=settings.postgres_user).start()
    except EmbeddedPostgresError as error:
        raise DatabaseError(str(error)) from error
    try:
        try:
            _create_database(server.url())
        except psycopg.OperationalError as error:
            raise unavailable(error) from error
        with _migrated(server.url(DATABASE), partial(_revive, server)) as database:
            yield database
    finally:
        server.close()


@contextmanager
def _migrated(url: str, revive: Callable[[], None] | None = None) -> Iterator[Database]:
    try:
        schema.migrate(url)
    except psycopg.OperationalError as error:
        raise unavailable(error) from error
    except psycopg.errors.InsufficientPrivilege as error:
        raise DatabaseError(
            f"The login lacks a right on the server ({error.diag.message_primary}): a database"
            " administrator grants it by the statements in docs/operations.md."
        ) from error
    with closing(SpareConnections()) as spare:
        yield Database(url, spare=spare, revive=revive)


def _revive(server: EmbeddedPostgres) -> None:
    try:
        server.revive()
    except EmbeddedPostgresError as error:
        raise DatabaseError(str(error)) from error


def _create_database(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        query = "select 1 from pg_database where datname = %s"
        if connection.execute(query, [DATABASE]).fetchone():
            return
        try:
            connection.execute(f"create database {DATABASE}")
        except (psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
            return  # another process was quicker
