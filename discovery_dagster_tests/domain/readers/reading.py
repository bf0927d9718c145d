"""What the tests of the readers share: bytes in, tables out, and how a record is written down."""

from pathlib import Path

from discovery_dagster.domain.readers import Limits, read_file
from discovery_dagster.domain.source_tables import FileReading, SourceTable

type_of_record = tuple[int, str, str | None, list[str | None]]


def reading_of(folder: Path, content: bytes | str, limits: Limits = Limits()) -> FileReading:  # noqa: B008
    """The reading of a file with this content, which the user calls `export.csv`."""
    path = folder / "content"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_file(path, "export.csv", limits)


def table_of(folder: Path, content: bytes | str, limits: Limits = Limits()) -> SourceTable:  # noqa: B008
    """The only table of such a file."""
    (table,) = reading_of(folder, content, limits).tables
    return table


def records_of(table: SourceTable) -> list[type_of_record]:
    """Each record as line, outcome, reason and cells."""
    return [
        (line, outcome, reason, list(cells))
        for line, outcome, reason, _, *cells in table.records.rows()
    ]
