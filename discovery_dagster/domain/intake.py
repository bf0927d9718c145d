"""From files to the session's tables: reading, recognising, numbering.

Readers know containers and formats know headers; this module puts the two together.
"""

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final, Protocol

import polars as pl

from discovery_dagster.domain import corrections, formats
from discovery_dagster.domain.formats.base import Kind
from discovery_dagster.domain.formats.truncation import judge_cut_off
from discovery_dagster.domain.grain.deciding import read_as
from discovery_dagster.domain.grain.decisions import GrainDecision
from discovery_dagster.domain.grain.tables import describe_grain, grain_of
from discovery_dagster.domain.mapping import understand_table
from discovery_dagster.domain.mapping.decisions import MappingDecision
from discovery_dagster.domain.readers import Limits, read_file
from discovery_dagster.domain.readers.records import frame_of_records
from discovery_dagster.domain.refusals import what_it_is
from discovery_dagster.domain.source_tables import (
    IGNORED,
    READ,
    REJECTED,
    FileReading,
    SourceTable,
    UnreadableFileError,
    cell_column,
)
from discovery_dagster.domain.tables import (
    FIELD_MAPPING,
    ISSUES,
    RECORD_OUTCOMES,
    REJECTED_RECORDS,
    SOURCE_FILES,
    SOURCE_TABLES,
    TABLE_GRAINS,
    Frames,
    empty,
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


class NothingReadableError(Exception):
    """No file of a session can be read; the message names none, since Dagster keeps it for good."""

    def __init__(self, files: int) -> None:
        which = "The file" if files == 1 else f"None of the {files} files"
        verb = "cannot" if files == 1 else "can"
        super().__init__(
            f"{which} of the session {verb} be read; why is said of each: replace what is damaged"
            " and import it again."
        )


class FrameSource(Protocol):
    """Frames by name, such as those of a publication."""

    def __getitem__(self, name: str) -> pl.DataFrame:
        """Return the frame called `name`."""


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
        raise _told(error, path, name) from error
    tables = formats.reshape(reading.tables)
    recognised = [(table, formats.recognise(table)) for table in tables]
    if not any(found or is_table(table) for table, found in recognised):
        message = f"{name} holds no table: a header and, below it, records of several cells."
        raise _told(UnreadableFileError("unrecognised", message), path, name)
    judged = tuple(
        (judge_cut_off(table, known), known)
        for table, found in recognised
        for known in (found or formats.UNRECOGNISED,)
    )
    return replace(reading, tables=tuple(table for table, _ in judged)), judged


def is_table(table: SourceTable) -> bool:
    """Whether records stand below a header of several columns, and most of them fit it."""
    read = table.records.filter(pl.col("outcome") == READ)
    cells = [cell_column(at) for at in range(len(table.header))]
    several = read.select((pl.sum_horizontal(pl.col(cells).is_not_null()) > 1).sum()).item()
    rejected = (table.records["outcome"] == REJECTED).sum()
    return len(cells) > 1 and several > rejected


def _told(error: UnreadableFileError, path: Path, name: str) -> UnreadableFileError:
    """Return the error with what the file is, where its text tells and nothing was known of it."""
    if error.code not in _UNKNOWN:
        return error
    with path.open("rb") as content:
        beginning = content.read(_BEGINNING)
    encoding = "utf-16" if beginning[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"
    told = what_it_is(name, beginning.decode(encoding, "replace"))
    return error if told is None else UnreadableFileError("not_a_table", told)


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


def describe_files(
    files: Sequence[SourceFile], progress: Callable[[int, int], None], readings: Readings
) -> pl.DataFrame:
    """Say of each file what it is, or why it could not be read.

    Returns:
        One row a file, as `tables.SOURCE_FILES`.
    """
    rows = []
    first = _first_of_each_content(files)
    for done, file in enumerate(files):
        progress(done, len(files))
        same = first[file.sha256]
        rows.append(_describe(file, readings) if same is file else _repeated(file, same))
    return pl.DataFrame(rows, schema=dict(SOURCE_FILES), orient="row")


def files_to_read(files: Sequence[SourceFile], described: pl.DataFrame) -> list[SourceFile]:
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


def collect_records(
    files: Iterable[SourceFile],
    progress: Callable[[int, int], None],
    readings: Readings | None = None,
) -> Frames:
    """Read every record of every table of the files that can be read, and apply corrections.

    Returns:
        `tables` (as `tables.SOURCE_TABLES`), `corrections` (as `tables.CORRECTIONS`) and, for each
        table numbered N, its records as they stand under the name `records_N`.
    """
    readings = readings or Readings()
    readable = list(files)
    read = list[RecognisedTable]()
    for done, file in enumerate(readable):
        progress(done, len(readable))
        read.extend(readings.take(file))
    corrected = corrections.apply(read)
    described = [
        (
            number,
            table.file,
            table.sheet,
            table_format.name,
            list(table.header),
            table.header_line,
            table.records.height,
            [asdict(each) for each in table.merged],
        )
        for number, (table, table_format) in enumerate(corrected.tables)
    ]
    return {
        "tables": pl.DataFrame(described, schema=dict(SOURCE_TABLES), orient="row"),
        "corrections": corrected.corrections,
        **{
            records_name(number): table.records
            for number, (table, _) in enumerate(corrected.tables)
        },
    }


def session_tables(published: FrameSource, without: Collection[int] = ()) -> list[RecognisedTable]:
    """Return the tables that `collect_records` made, in the order of their numbers.

    Args:
        published: frames of `collect_records`.
        without: numbers of the tables whose records stay where they are.
    """
    return [
        (
            SourceTable(
                row["file"],
                row["sheet"],
                tuple(row["header"]),
                row["header_line"],
                frame_of_records([], len(row["header"]))
                if row["table"] in without
                else published[records_name(row["table"])],
            ),
            formats.format_named(row["format"]),
        )
        for row in published["tables"].iter_rows(named=True)
    ]


def tables_of_flows(tables: pl.DataFrame) -> list[int]:
    """Return the numbers of the tables (`tables.SOURCE_TABLES`) whose records are flows."""
    return [
        row["table"]
        for row in tables.iter_rows(named=True)
        if formats.format_named(row["format"]).kind is Kind.FLOWS
    ]


def map_columns(
    tables: Sequence[RecognisedTable],
    progress: Callable[[int, int], None],
    decisions: Sequence[MappingDecision] = (),
) -> pl.DataFrame:
    """Say what each column of each table means; see `understand`."""
    return understand(tables, progress, decisions)["mapping"]


def understand(
    tables: Sequence[RecognisedTable],
    progress: Callable[[int, int], None],
    decisions: Sequence[MappingDecision] = (),
    grains: Sequence[GrainDecision] = (),
) -> Frames:
    """Say what the records of each table are, and what each of its columns means.

    Args:
        tables: in the order of their numbers.
        progress: told the tables done and those there are.
        decisions: of the client, about columns.
        grains: of the client, about what records are.

    Returns:
        `mapping`, one row a source column (`tables.FIELD_MAPPING`), and `grains`, one row a table
        (`tables.TABLE_GRAINS`).
    """
    mapped, judged = [empty(FIELD_MAPPING)], list[dict[str, object]]()
    for number, (table, table_format) in enumerate(tables):
        progress(number, len(tables))
        mapping, grain = understand_table(number, table, table_format, decisions, grains)
        mapped.append(mapping)
        judged.append(describe_grain(number, table, table_format, grain))
    return {
        "mapping": pl.concat(mapped),
        "grains": pl.DataFrame(judged, schema=dict(TABLE_GRAINS)),
    }


def as_decided(tables: Sequence[RecognisedTable], grains: pl.DataFrame) -> list[RecognisedTable]:
    """Return tables with the formats by which their records are read.

    Args:
        tables: as they were recognised, in the order of their numbers.
        grains: of all of them, as `tables.TABLE_GRAINS`.
    """
    return [
        (table, read_as(table_format, grain_of(row)))
        for (table, table_format), row in zip(tables, grains.iter_rows(named=True), strict=True)
    ]


def count_outcomes(tables: pl.DataFrame, outcomes: pl.DataFrame) -> pl.DataFrame:
    """Count, for each table, its physical records and what became of them.

    Args:
        tables: as `tables.SOURCE_TABLES`.
        outcomes: as `tables.RECORD_OUTCOMES`.

    Returns:
        One row a table, as `tables.TABLE_ACCOUNTS`.
    """
    counted = outcomes.group_by("table").agg(
        (pl.col("outcome") == outcome).sum().cast(pl.UInt32).alias(outcome)
        for outcome in ("accepted", "rejected", "ignored")
    )
    return (
        tables.select("table", "file", "sheet", "format", "records")
        .join(counted, on="table", how="left", maintain_order="left")
        .with_columns(pl.col("accepted", "rejected", "ignored").fill_null(0))
    )


def refuse_lines(
    outcomes: pl.DataFrame, issues: pl.DataFrame, refusals: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Reject records that could not be applied once the inventory was known.

    Args:
        outcomes: as `tables.RECORD_OUTCOMES`, in the order of the records of each table.
        issues: as `tables.ISSUES`.
        refusals: as `tables.OVERRIDE_REFUSALS`.

    Returns:
        Outcomes and issues with them.
    """
    if refusals.is_empty():
        return outcomes, issues
    refused = refusals.select("table", "row", pl.lit(True).alias("refused"))
    numbered = outcomes.with_columns(
        pl.int_range(pl.len(), dtype=pl.UInt32).over("table").alias("row")
    )
    joined = numbered.join(refused, on=["table", "row"], how="left", maintain_order="left")
    outcome = pl.when("refused").then(pl.lit("rejected")).otherwise("outcome").alias("outcome")
    told = refusals.with_columns(severity=pl.lit("error")).select(list(ISSUES))
    return joined.with_columns(outcome).select(list(RECORD_OUTCOMES)), pl.concat([issues, told])


def describe_rejects(published: FrameSource, outcomes: pl.DataFrame) -> pl.DataFrame:
    """Return the rejected records with their columns and cells as they stood.

    Args:
        published: frames of `collect_records`.
        outcomes: as `tables.RECORD_OUTCOMES`, in the order of the records of each table.

    Returns:
        One row a rejected record, as `tables.REJECTED_RECORDS`.
    """
    parts = [empty(REJECTED_RECORDS)]
    for table in published["tables"].iter_rows(named=True):
        own = outcomes.filter(pl.col("table") == table["table"])
        rejected = own["outcome"] == "rejected"
        if not rejected.any():
            continue
        # By position, not by line: in one-line JSON all records stand on the same line.
        records = published[records_name(table["table"])].filter(rejected)
        cells = [name for name in records.columns if re.fullmatch(r"c\d+", name)]
        parts.append(
            own.filter(rejected)
            .select("file", "sheet", "line", "table")
            .with_columns(
                pl.lit(table["header"], dtype=pl.List(pl.String)).alias("columns"),
                records.select(
                    pl.concat_list(pl.concat_list(cells), pl.col("surplus").fill_null([]))
                )
                .to_series()
                .alias("cells"),
            )
        )
    return pl.concat(parts)


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


def records_name(table: int) -> str:
    """Name of the frame that holds the records of a table, by its number."""
    return f"records_{table}"
