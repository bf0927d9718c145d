"""A home in one file: a tar of a dump of its database and of its object store.

The dump is taken first. Objects are never changed and are written before the row that names them is
committed, so those copied afterwards hold everything that the dump speaks of, also while runs work.
"""

import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from discovery_dagster.store import dagster_runs, schema, sessions
from discovery_dagster.store.database import Database
from discovery_dagster.store.postgres_account import PostgresAccount
from discovery_dagster.store.postgres_files import binaries

_CONTENTS, _DUMP, _OBJECTS = "discovery.json", "database.dump", "objects"


class BackupError(RuntimeError):
    """A backup that cannot be made, read or restored here; the message is one sentence."""


def write(database: Database, objects: Path, file: Path) -> None:
    """Write the database and the folder of objects into `file`, which appears when it is whole.

    Raises:
        BackupError: when the database cannot be dumped.
        OSError: when something cannot be read or written.
    """
    with _working_folder(file.absolute().parent) as folder:
        dump, contents = folder / _DUMP, folder / _CONTENTS
        _let_read_dagsters_tables(database)
        # Without --enable-row-security pg_dump refuses tables that have policies; those of this
        # role show every row.
        _run("pg_dump", database, "--role=discovery_backup", "--enable-row-security",
             "--format=custom", "--schema=discovery", "--schema=public",
             f"--file={dump}")  # fmt: skip
        made = {"format": 1, "schema": schema.head(), "at": datetime.now(UTC).isoformat()}
        contents.write_text(json.dumps(made), "utf-8")
        unfinished = folder / "backup"
        with tarfile.open(unfinished, "w:gz" if file.suffix in (".gz", ".tgz") else "w") as tar:
            tar.add(contents, _CONTENTS)
            tar.add(dump, _DUMP)
            if objects.exists():
                tar.add(objects, _OBJECTS)
        unfinished.chmod(0o600)  # it holds every client's data
        unfinished.replace(file)


def read(database: Database, objects: Path, file: Path) -> None:
    """Fill an empty home from `file`.

    Raises:
        BackupError: when the home is not empty, or `file` is no backup or a newer Discovery's.
        OSError: when something cannot be read or written.
    """
    if not is_empty(database, objects):
        raise BackupError("This home is not empty: restore into another DISCOVERY_HOME.")
    with _working_folder(objects.parent) as folder:
        _unpack(file, folder)
        (folder / _OBJECTS).mkdir(exist_ok=True)
        objects.parent.mkdir(parents=True, exist_ok=True)
        if objects.exists():
            objects.rmdir()
        (folder / _OBJECTS).rename(objects)
        try:
            schema.empty(database.url)
            # Dagster's tables belong to whoever restores, the project's to their role. Who else may
            # read Dagster's is a matter of the server, which may lack the roles of the other one.
            for options in (
                ["--schema=public", "--no-privileges"],
                ["--schema=discovery", "--role=discovery_owner"],
            ):
                _restore(database, folder / _DUMP, *options)
        except BaseException:
            shutil.rmtree(objects)
            raise
    schema.migrate(database.url)


def is_empty(database: Database, objects: Path) -> bool:
    """Whether a home has neither sessions nor runs nor objects."""
    return not (
        dagster_runs.exist(database)
        or sessions.engagements(database)
        or (objects.exists() and any(objects.iterdir()))
    )


def _let_read_dagsters_tables(database: Database) -> None:
    """Let the backup's role read Dagster's tables; our login owns them and Dagster adds to them."""
    with database.connect() as connection:
        for kind in ("tables", "sequences"):
            connection.execute(f"grant select on all {kind} in schema public to discovery_backup")


def _unpack(file: Path, folder: Path) -> None:
    try:
        with tarfile.open(file) as tar:
            # Not `extractall(filter="data")`, which Python has only since 3.11.4.
            for member in tar:
                inside = (folder / member.name).resolve().is_relative_to(folder.resolve())
                if not inside or not (member.isfile() or member.isdir()):
                    raise tarfile.TarError(member.name)
                tar.extract(member, folder, set_attrs=False)
        made: dict[str, Any] = json.loads((folder / _CONTENTS).read_text("utf-8"))
    except (tarfile.TarError, EOFError, ValueError, FileNotFoundError) as error:
        raise BackupError(f"{file} is not a backup of Discovery, or not whole.") from error
    if made.get("format") != 1 or str(made.get("schema")) > schema.head():
        raise BackupError(f"{file} was made by a newer Discovery than this one.")


def _restore(database: Database, dump: Path, *options: str) -> None:
    """Run what `options` choose of the dump on the database, all or nothing."""
    script = dump.with_suffix(".sql")
    _execute("pg_restore", *options, "--no-owner", "--single-transaction", f"--file={script}",
             str(dump))  # fmt: skip
    # A setting that pg_restore turns off by its first lines, and Postgres has since 17.
    with script.open("r+b") as file:
        beginning = file.read(4096).replace(b"SET transaction_timeout", b"--  transaction_timeout")
        file.seek(0)
        file.write(beginning)
    _run("psql", database, "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", f"--file={script}")


def _run(program: str, database: Database, *options: str) -> None:
    """Run one of Postgres' own programs on the database."""
    # The password goes through the environment: command lines are everybody's to read.
    where: dict[str, Any] = conninfo_to_dict(database.url)
    password = where.pop("password", None)
    _execute(program, *options, f"--dbname={make_conninfo(**where)}", password=password)


def _execute(program: str, *options: str, password: Any = None) -> None:
    ourselves = PostgresAccount(os.geteuid(), os.getegid(), dropped=False)
    done = subprocess.run(  # noqa: S603 - a program of the wheel
        [binaries(ourselves) / program, *options],
        env={**os.environ, **({"PGPASSWORD": str(password)} if password else {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        first = (done.stderr.strip() or "no reason given").splitlines()[0]
        raise BackupError(f"Postgres refuses: {first}")


@contextmanager
def _working_folder(beside: Path) -> Iterator[Path]:
    """A folder of our own on the same disk, so that what is made in it can be moved into place."""
    beside.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=beside) as folder:
        yield Path(folder)
