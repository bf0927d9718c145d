"""`discovery import` and `discovery run`: a session from files, and its run."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from discovery_dagster.cli.dry_run import show_preview
from discovery_dagster.cli.errors import DONE, FAILED, UsageError
from discovery_dagster.cli.follow import run_and_follow
from discovery_dagster.cli.options import AsJson, Client, Engagement, Session
from discovery_dagster.cli.present import print_import
from discovery_dagster.cli.terminal import say
from discovery_dagster.domain.drops import is_imported
from discovery_dagster.domain.errors import UnreadableFileError
from discovery_dagster.domain.keys import EngagementKey, SessionKey
from discovery_dagster.domain.mapping.warnings import column_warnings
from discovery_dagster.domain.state import FileState
from discovery_dagster.sandbox.reader import SandboxedReader
from discovery_dagster.sandbox.sharing import sharing
from discovery_dagster.settings import Settings
from discovery_dagster.store import exports, sessions
from discovery_dagster.store.database import Database, open_database
from discovery_dagster.store.objects import object_store
from discovery_dagster.store.sessions import IncomingFile


def import_files(
    paths: Annotated[list[Path], typer.Argument(help="Files and folders.", show_default=False)],
    client: Client,
    engagement: Engagement,
    session: Annotated[
        str | None, typer.Option(help="Add the files to this session instead of a new one.")
    ] = None,
    title: Annotated[str | None, typer.Option(help="Free text for people.")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be found, and write nothing.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Make a new session from files and folders, run it and say what came of it."""
    key = EngagementKey(client, engagement)
    if dry_run:
        if session is not None:
            raise UsageError(
                "usage", "A dry run only looks at the given files: leave out --session."
            )
        with _open_reader(Settings()) as reader:
            show_preview(_readable(paths, reader), reader, as_json=as_json)
        return
    wanted = SessionKey.of(key, session) if session is not None else None
    raise typer.Exit(import_drop(key, paths, title=title, session=wanted, as_json=as_json))


def run(client: Client, engagement: Engagement, session: Session, as_json: AsJson = False) -> None:
    """Resume or re-run a session with what it has."""
    key = SessionKey.of(EngagementKey(client, engagement), session)
    settings = Settings()
    with open_database(settings) as database:
        sessions.find(database, key)
        code = _run(settings, database, key, {}, as_json=as_json)
    raise typer.Exit(code)


def import_drop(
    engagement: EngagementKey,
    paths: Sequence[Path],
    *,
    as_json: bool,
    title: str | None = None,
    session: SessionKey | None = None,
) -> int:
    """Register the files as a session, run it, print the outcome and return the exit code.

    Raises:
        UsageError: when a path is missing or no file can be read; no session is made then.
    """
    settings = Settings()
    left_out: dict[str, str] = {}
    with ExitStack() as resources:
        reader = resources.enter_context(_open_reader(settings))
        resources.enter_context(sharing(reader))
        incoming = _readable(paths, reader)
        database = resources.enter_context(open_database(settings))
        try:
            key = sessions.register(
                database,
                object_store(settings),
                engagement,
                incoming,
                title,
                session,
                limit=settings.max_sessions,
                leave_out=lambda file, error: left_out.update({file.name: error.message}),
            )
        except UnreadableFileError as error:
            raise UsageError(error.code, error.message, next(iter(left_out))) from error
        return _run(settings, database, key, left_out, as_json=as_json)


def _open_reader(settings: Settings) -> SandboxedReader:
    return SandboxedReader(settings.limits, settings.allowance, settings.spill)


def _readable(paths: Sequence[Path], reader: SandboxedReader) -> list[IncomingFile]:
    incoming = list(_files_below(paths))
    _require_a_readable_file(incoming, reader)
    return incoming


def _run(
    settings: Settings,
    database: Database,
    session: SessionKey,
    left_out: Mapping[str, str],
    *,
    as_json: bool,
) -> int:
    """Run a session, print the outcome and return the exit code.

    `left_out` says of files that are no part of the session why.
    """
    state = run_and_follow(settings, database, session)
    state.files.extend(FileState.unread(name, why) for name, why in left_out.items())
    print_import(
        state,
        exports.rows(database, session, "rejects"),
        column_warnings(exports.rows(database, session, "mapping")),
        as_json=as_json,
    )
    return DONE if state.succeeded else FAILED


def _files_below(paths: Sequence[Path]) -> Iterator[IncomingFile]:
    """The files that `paths` name; those of a folder in the order of their names."""
    for path in paths:
        if not path.exists():
            raise UsageError("no_such_path", f"There is no {path}.", str(path))
        if path.is_dir():
            for file in sorted(path.rglob("*")):
                name = file.relative_to(path)
                if not is_imported(name.as_posix()):  # nobody's export
                    continue
                if file.is_symlink():  # it could lead out of the folder
                    say(f"{name.as_posix()} is a symbolic link and is left out.", to_stderr=True)
                elif file.is_file():
                    yield IncomingFile(name.as_posix(), file)
        else:
            yield IncomingFile(path.name, path)


def _require_a_readable_file(files: Sequence[IncomingFile], reader: SandboxedReader) -> None:
    refused: dict[str, UnreadableFileError] = {}
    try:
        # The smallest first: to know that one can be read, no large one has to be.
        for file in sorted(files, key=lambda file: file.path.stat().st_size):
            try:
                reader.read_tables(file.path, file.name)
            except UnreadableFileError as error:
                refused[file.name] = error
            else:
                return
    except OSError as error:
        path = Path(error.filename or "")
        raise UsageError(
            "unreadable_file", f"{path} cannot be read: {error.strerror}.", path.name
        ) from error
    if not files:
        raise UsageError("nothing_to_import", "There are no files to import.")
    first = refused[files[0].name]
    raise UsageError(first.code, first.message, files[0].name)
