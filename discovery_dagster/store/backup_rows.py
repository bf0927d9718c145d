"""The rows of a database as files of data, one a table, and a database filled from such files.

Filling runs no statement of the files: Postgres takes them as rows (COPY) of tables that the
migrations have made, in the role of their owner, which is no superuser. A table, column or sequence
that is not known there is refused.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Literal

import psycopg
from psycopg import sql
from psycopg.rows import DictRow
from pydantic import BaseModel, ConfigDict, Field

from discovery_dagster.store import backup_catalogue
from discovery_dagster.store.backup_errors import BackupError
from discovery_dagster.store.database import Database, unavailable

_BLOCK = 1024**2


class KeptTable(BaseModel):
    """Which columns of a table a backup has, in the order of its file, and how many rows."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    columns: list[str]
    rows: int


class Contents(BaseModel):
    """What a backup holds; tables and sequences by their names with that of their schema."""

    model_config = ConfigDict(frozen=True)

    format: Literal[2] = 2
    schema_revision: str = Field(description="Of the project's tables.")
    dagster_revision: str | None = Field(description="Of Dagster's tables; null: there are none.")
    tables: dict[str, KeptTable]
    sequences: dict[str, int | None] = Field(description="Their last value; null: none was drawn.")


def write(database: Database, folder: Path) -> Contents:
    """Write the rows of each table, as of one moment, into a file of `folder`; say what it has.

    Raises:
        BackupError: when Postgres refuses.
    """
    try:
        with database.connect() as connection:
            _open_dagsters_tables(connection)
        with database.connect() as connection:
            connection.execute(
                "set transaction isolation level repeatable read, read only;"
                " set local role discovery_backup"
            )
            tables = {
                name: KeptTable(columns=columns, rows=_copy_out(connection, name, columns, folder))
                for name, columns in backup_catalogue.tables(connection).items()
            }
            return Contents(
                schema_revision=backup_catalogue.revision(connection, "discovery"),
                dagster_revision=backup_catalogue.revision(connection, "public"),
                tables=tables,
                sequences={
                    name: _last(connection, name) for name in backup_catalogue.sequences(connection)
                },
            )
    except psycopg.Error as error:
        raise _refusal(error) from error


def read(database: Database, folder: Path, contents: Contents) -> None:
    """Fill the empty tables of a database whose schema has the revisions of `contents`.

    Raises:
        BackupError: when it names what the database does not have, or rows are none of its table.
    """
    try:
        with database.connect() as connection:
            known = backup_catalogue.tables(connection)
            _require_known(connection, contents, known)
            with _open_to_owner(connection, known):
                for name in backup_catalogue.in_order(connection, known):
                    if name in contents.tables:
                        _copy_in(connection, name, contents.tables[name], folder)
            for name, last in contents.sequences.items():
                _continue(connection, name, last)
    except psycopg.Error as error:
        raise _refusal(error) from error


def _require_known(
    connection: psycopg.Connection[DictRow], contents: Contents, known: Mapping[str, Sequence[str]]
) -> None:
    """Refuse a table, column or sequence that the database has not, and other tables of Dagster."""
    if contents.dagster_revision not in (None, backup_catalogue.revision(connection, "public")):
        raise BackupError(
            "The backup is of another version of Dagster: restore it with the Discovery that made"
            " it, then upgrade."
        )
    for name, table in contents.tables.items():
        if name not in known:
            raise BackupError(f"The backup has a table {name!r}, which no home has.")
        if strange := set(table.columns) - set(known[name]):
            raise BackupError(f"The backup has columns of {name} that no home has: {strange}.")
    if strange := set(contents.sequences) - set(backup_catalogue.sequences(connection)):
        raise BackupError(f"The backup has sequences that no home has: {strange}.")


def _copy_out(
    connection: psycopg.Connection[DictRow], name: str, columns: Sequence[str], folder: Path
) -> int:
    """Write the rows of a table into its file; return how many."""
    statement = sql.SQL("copy {} ({}) to stdout").format(_identifier(name), _list(columns))
    with connection.cursor() as cursor, (folder / name).open("wb") as file:
        with cursor.copy(statement) as copy:
            for block in copy:
                file.write(block)
        return cursor.rowcount


def _copy_in(
    connection: psycopg.Connection[DictRow], name: str, table: KeptTable, folder: Path
) -> None:
    """Fill a table from its file.

    Raises:
        BackupError: when the file is missing or has not as many rows as were kept.
    """
    statement = sql.SQL("copy {} ({}) from stdin").format(_identifier(name), _list(table.columns))
    try:
        with (folder / name).open("rb") as file, connection.cursor() as cursor:
            with cursor.copy(statement) as copy:
                for block in _blocks(file):
                    copy.write(block)
            rows = cursor.rowcount
    except FileNotFoundError as error:
        raise BackupError(f"The backup lacks the rows of {name}.") from error
    except (psycopg.DataError, psycopg.IntegrityError) as error:
        raise BackupError(
            f"The backup's rows of {name} are none: {error.diag.message_primary}."
        ) from error
    if rows != table.rows:
        raise BackupError(f"The backup has {rows} rows of {name} instead of {table.rows}.")


def _blocks(file: BinaryIO) -> Iterator[bytes]:
    while block := file.read(_BLOCK):
        yield block


def _open_dagsters_tables(connection: psycopg.Connection[DictRow]) -> None:
    """Let the backup's role read Dagster's tables; our login owns them and Dagster adds to them."""
    for kind in ("tables", "sequences"):
        connection.execute(
            sql.SQL("grant select on all {} in schema public to discovery_backup").format(
                sql.SQL(kind)
            )
        )


def _last(connection: psycopg.Connection[DictRow], sequence: str) -> int | None:
    row = connection.execute(
        sql.SQL("select case when is_called then last_value end as last from {}").format(
            _identifier(sequence)
        )
    ).fetchone()
    assert row is not None  # noqa: S101 - a sequence has one row
    last: int | None = row["last"]
    return last


@contextmanager
def _open_to_owner(
    connection: psycopg.Connection[DictRow], tables: Mapping[str, Sequence[str]]
) -> Iterator[None]:
    """Work as the owner of the project's tables, who may fill Dagster's as well, now emptied.

    COPY is refused where policies are forced. Nobody else sees the tables before the transaction
    ends, and nothing stays open when it fails.
    """
    ours, dagsters = (
        [_identifier(name) for name in tables if name.startswith(f"{schema_name}.")]
        for schema_name in ("discovery", "public")
    )
    names = sql.SQL(", ").join(dagsters)
    if dagsters:
        connection.execute(sql.SQL("truncate {}").format(names))
        connection.execute(sql.SQL("grant insert on {} to discovery_owner").format(names))
    connection.execute("set local role discovery_owner")
    for table in ours:
        connection.execute(sql.SQL("alter table {} no force row level security").format(table))
    yield
    for table in ours:
        connection.execute(sql.SQL("alter table {} force row level security").format(table))
    connection.execute("reset role")
    if dagsters:
        connection.execute(sql.SQL("revoke insert on {} from discovery_owner").format(names))


def _continue(connection: psycopg.Connection[DictRow], sequence: str, last: int | None) -> None:
    """Have a sequence go on behind its last value: numbers of rows that are gone stay theirs."""
    role = "discovery_owner" if sequence.startswith("discovery.") else "none"
    connection.execute("select set_config('role', %s, true)", [role])
    connection.execute(
        "select setval(%s::regclass, coalesce(%s, 1), %s)", [sequence, last, last is not None]
    )


def _list(columns: Sequence[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, columns))


def _identifier(name: str) -> sql.Identifier:
    return sql.Identifier(*name.split(".", 1))


def _refusal(error: psycopg.Error) -> Exception:
    if isinstance(error, psycopg.OperationalError):
        return unavailable(error)
    return BackupError(f"Postgres refuses: {error.diag.message_primary or error}")
