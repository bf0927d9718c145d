"""Files and what is read of them: their tables, each with the format that knows it."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Protocol

import polars as pl

from discovery_dagster.domain import corrections, formats
from discovery_dagster.domain.errors import UnreadableFileError
from discovery_dagster.domain.formats.truncation import reject_incomplete_flows
from discovery_dagster.domain.grain.columns import is_list_of_names
from discovery_dagster.domain.readers import Limits, read_file
from discovery_dagster.domain.refusals import describe_refused
from discovery_dagster.domain.source_tables import (
    READ,
    REJECTED,
    FileReading,
    SourceTable,
    cell_column,
)

_BEGINNING: Final = 16_384  # bytes that tell what a file is
#: Codes of errors that do not say what the file is.
_UNKNOWN: Final = frozenset(
    {"unrecognised", "not_a_table", "invalid_json", "invalid_yaml", "invalid_xml"}
)

RecognisedTable = corrections.RecognisedTable

#: What was read of a file, and its tables with their formats.
FileTables = tuple[FileReading, tuple[RecognisedTable, ...]]


@dataclass(frozen=True)
class SourceFile:
    """A file of the session and where its bytes are."""

    name: str
    path: Path
    sha256: str
    size: int


class ReadTables(Protocol):
    """Reads a file and recognises its tables, here or in another process."""

    def __call__(self, path: Path, name: str) -> FileTables:
        """Return what `read_tables` does.

        Raises:
            UnreadableFileError: when the file is refused.
        """


def read_tables(
    path: Path,
    name: str,
    limits: Limits = Limits(),  # noqa: B008 - frozen
) -> FileTables:
    """Read a file and recognise its tables.

    A table that no format knows is kept as `unrecognised`: it waits until a person says what its
    records are, which are ignored with that reason, not lost.

    Raises:
        UnreadableFileError: when the file cannot be read or holds no table.
    """
    try:
        reading = read_file(path, name, limits)
    except UnreadableFileError as error:
        raise _described(error, path, name) from error
    tables = formats.reshape(reading.tables)
    recognised = [(table, formats.recognise(table)) for table in tables]
    if not any(table_format or is_table(table) for table, table_format in recognised):
        message = f"{name} holds no table: a header and, below it, records of several cells."
        raise _described(UnreadableFileError("unrecognised", message), path, name)
    checked = tuple(
        (reject_incomplete_flows(table, known), known)
        for table, table_format in recognised
        for known in (table_format or formats.UNRECOGNISED,)
    )
    return replace(reading, tables=tuple(table for table, _ in checked)), checked


def is_table(table: SourceTable) -> bool:
    """Whether records stand below a header of several columns, and most of them fit it.

    A list of single values is a table where they are written as names of machines are.
    """
    read = table.records.filter(pl.col("outcome") == READ)
    cells = [cell_column(at) for at in range(len(table.header))]
    if len(cells) == 1:
        return is_list_of_names(read[cells[0]])
    several = read.select((pl.sum_horizontal(pl.col(cells).is_not_null()) > 1).sum()).item()
    rejected = (table.records["outcome"] == REJECTED).sum()
    return len(cells) > 1 and several > rejected


def _described(error: UnreadableFileError, path: Path, name: str) -> UnreadableFileError:
    """Return the error with what the file is, where its text tells and nothing was known of it."""
    if error.code not in _UNKNOWN:
        return error
    with path.open("rb") as content:
        beginning = content.read(_BEGINNING)
    encoding = "utf-16" if beginning[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"
    description = describe_refused(name, beginning.decode(encoding, "replace"))
    return error if description is None else UnreadableFileError("not_a_table", description)


class Readings:
    """The files of a session as `read` reads them, each once for two steps.

    `source_files` looks into all files and `source_records` takes what is in them, as a rule in
    one process, one behind the other. What the first has read is kept for the second, which holds
    all of it at once anyway; where that runs alone, or again, it reads. Files are named by their
    content, so that what was read of one is what would be read.

    Where files are anybody's, `read` is that of another process, which they cannot harm.
    """

    def __init__(self, read: ReadTables = read_tables) -> None:
        self._read = read
        self._kept: dict[tuple[str, str], FileTables] = {}

    def look(self, file: SourceFile) -> FileTables:
        """Read `file`, and keep what it holds until it is taken; see `read_tables`."""
        reading = self._read(file.path, file.name)
        self._kept[file.name, file.sha256] = reading
        return reading

    def take(self, file: SourceFile) -> tuple[RecognisedTable, ...]:
        """Return the tables of `file`, and keep them no longer."""
        kept = self._kept.pop((file.name, file.sha256), None)
        return (kept or self._read(file.path, file.name))[1]
