"""`discovery backup` and `discovery restore`: a home in one file, and a home from it."""

from pathlib import Path
from typing import Annotated

import typer

from discovery_dagster.cli.errors import UsageError
from discovery_dagster.cli.services import services_are_up
from discovery_dagster.cli.terminal import say
from discovery_dagster.settings import Settings
from discovery_dagster.store import backups
from discovery_dagster.store.backups import BackupError
from discovery_dagster.store.database import open_database

File = Annotated[Path, typer.Argument(help="A `.tar`, or `.tar.gz`.", show_default=False)]


def backup(file: File) -> None:
    """Write the database and all files of this home into one file; runs may go on meanwhile."""
    settings = Settings()
    if file.exists():
        raise UsageError("file_exists", f"{file} exists already.", str(file))
    with open_database(settings) as database:
        backups.write(database, settings.objects, file)
    say(f"{file} holds this home: keep it as private as the clients' own files.")


def restore(file: File) -> None:
    """Fill an empty home from a backup."""
    settings = Settings()
    if not file.is_file():
        raise UsageError("no_such_path", f"There is no {file}.", str(file))
    if services_are_up(settings):
        raise UsageError("services_are_up", "`discovery up` is running: stop that with Ctrl-C.")
    with open_database(settings) as database:
        try:
            backups.read(database, settings.objects, file)
        except BackupError as error:
            raise UsageError("cannot_restore", str(error), str(file)) from error
    say(f"{settings.home} is as {file} kept it.")
