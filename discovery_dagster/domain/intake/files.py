"""What is known of each file of a session, and which of them are read."""

from collections.abc import Callable, Iterable, Sequence

import polars as pl

from discovery_dagster.domain import formats
from discovery_dagster.domain.errors import InvalidRequestError, UnreadableFileError
from discovery_dagster.domain.intake.reading import Readings, SourceFile
from discovery_dagster.domain.source_tables import IGNORED, FileReading
from discovery_dagster.domain.tables import SOURCE_FILES, SourceFiles


class NothingReadableError(InvalidRequestError):
    """No file of a session can be read; the message names none, since Dagster keeps it for good."""

    code = "nothing_readable"

    def __init__(self, files: int) -> None:
        which = "The file" if files == 1 else f"None of the {files} files"
        verb = "cannot" if files == 1 else "can"
        super().__init__(
            f"{which} of the session {verb} be read; why is said of each: replace what is damaged"
            " and import it again."
        )


def describe_files(
    files: Sequence[SourceFile], progress: Callable[[int, int], None], readings: Readings
) -> SourceFiles:
    """Say of each file what it is, or why it could not be read.

    Returns:
        One row per file, as `tables.SOURCE_FILES`.
    """
    rows = []
    first = _first_of_each_content(files)
    for done, file in enumerate(files):
        progress(done, len(files))
        same = first[file.sha256]
        rows.append(_describe(file, readings) if same is file else _repeated(file, same))
    return SourceFiles(pl.DataFrame(rows, schema=dict(SOURCE_FILES), orient="row"))


def files_to_read(files: Sequence[SourceFile], described: SourceFiles) -> list[SourceFile]:
    """Return the files whose records count: those that can be read, each content once.

    Args:
        files: of the session.
        described: as `describe_files` gives it.

    Raises:
        NothingReadableError: when no file can be read.
    """
    unread = set(described.filter(pl.col("error").is_not_null())["file"])
    readable = [file for file in _first_of_each_content(files).values() if file.name not in unread]
    if not readable:
        raise NothingReadableError(len(files))
    return readable


def _first_of_each_content(files: Iterable[SourceFile]) -> dict[str, SourceFile]:
    first: dict[str, SourceFile] = {}
    for file in files:
        first.setdefault(file.sha256, file)
    return first


def _repeated(file: SourceFile, first: SourceFile) -> tuple[object, ...]:
    note = f"It has the same content as {first.name} and is not read again."
    return _file_row(file, notes=[note])


def _describe(file: SourceFile, readings: Readings) -> tuple[object, ...]:
    try:
        reading, tables = readings.look(file)
    except UnreadableFileError as error:
        return _file_row(file, error=error)
    known = [
        table_format.name for _, table_format in tables if table_format is not formats.UNRECOGNISED
    ]
    notes = list(reading.notes)
    if all((table.records["outcome"] == IGNORED).all() for table, _ in tables):
        notes.append("It has no records below its header.")
    return _file_row(file, (known or [formats.UNRECOGNISED.name])[0], reading, notes)


def _file_row(
    file: SourceFile,
    table_format: str | None = None,
    reading: FileReading | None = None,
    notes: Sequence[str] = (),
    error: UnreadableFileError | None = None,
) -> tuple[object, ...]:
    """A row of `tables.SOURCE_FILES`."""
    return (
        file.name,
        file.sha256,
        file.size,
        table_format,
        reading.encoding if reading else None,
        reading.delimiter if reading else None,
        list(reading.sheets) if reading else [],
        list(notes),
        error.code if error else None,
        error.message if error else None,
    )
