"""The records of a session's tables, numbered and corrected, as steps hand them on."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import asdict

import polars as pl

from discovery_dagster.domain import corrections, formats
from discovery_dagster.domain.intake.reading import Readings, RecognisedTable, SourceFile
from discovery_dagster.domain.readers.records import frame_of_records
from discovery_dagster.domain.source_tables import FrameSource, SourceTable, records_name
from discovery_dagster.domain.tables import SOURCE_TABLES, Frames


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
