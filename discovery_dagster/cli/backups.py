"""`discovery backup` and `discovery restore`: a home in one file, and a home from it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from discovery_dagster.cli.errors import UsageError
from discovery_dagster.cli.programs import make_dagster_tables
from discovery_dagster.cli.services import services_are_up
from discovery_dagster.cli.terminal import say
from discovery_dagster.defs.home import prepare_dagster_home
from discovery_dagster.settings import Settings
from discovery_dagster.store import backup_seals, backups, dagster_tables
from discovery_dagster.store.backup_errors import BackupError
from discovery_dagster.store.database import open_database
from discovery_dagster.store.objects import object_store

File = Annotated[Path, typer.Argument(help="A `.tar`, or `.tar.gz`.", show_default=False)]


def backup(file: File) -> None:
    """Write the database and all files of this home into one file; runs may go on meanwhile."""
    settings = Settings()
    if file.exists():
        raise UsageError("file_exists", f"{file} already exists.", str(file))
    with open_database(settings) as database, _refused("cannot_back_up", file):
        key = backup_seals.key_for_writing(settings)
        backups.write(database, object_store(settings), file, key)
    say(
        f"{file} holds this home: keep it as private as the clients' own files. Another home takes"
        f" it with the key {backup_seals.key_file(settings)} alone: keep that apart from it."
    )


def restore(file: File) -> None:
    """Fill an empty home from a backup."""
    settings = Settings()
    if not file.is_file():
        raise UsageError("no_such_path", f"There is no {file}.", str(file))
    if services_are_up(settings):
        raise UsageError("services_are_up", "`discovery up` is running: stop that with Ctrl-C.")
    with _refused("cannot_restore", file):
        key = backup_seals.key_for_reading(settings)
        with open_database(settings) as database:
            prepare_dagster_home(settings, database)
            if not dagster_tables.are_complete(database):
                make_dagster_tables()
            backups.read(database, object_store(settings), settings.home, file, key)
    say(f"{settings.home} is as {file} kept it; for tokens, see `discovery token create`.")


@contextmanager
def _refused(code: str, file: Path) -> Iterator[None]:
    try:
        yield
    except BackupError as error:
        raise UsageError(code, str(error), str(file)) from error
