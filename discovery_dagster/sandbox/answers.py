"""What was read of a file, as it goes from the child to its parent: Arrow streams and a document.

The parent unpacks nothing that could run code: frames are Arrow's, all else is JSON.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import IO, Any, Final

import polars as pl
import pyarrow as pa

from discovery_dagster.domain import formats
from discovery_dagster.domain.intake import FileTables
from discovery_dagster.domain.readers.worksheet import Layout, Range, Worksheet, Worksheets
from discovery_dagster.domain.source_tables import FileReading, MergedCell, SourceTable

_ALIGNED: Final = 64  # bytes: what Arrow reads in place begins at such a place
_LENGTH: Final = 8  # bytes of a number of bytes


def write_tables(out: IO[bytes], read: FileTables) -> None:
    """Write a reading and its recognised tables."""
    reading, tables = read
    about = {
        "container": reading.container,
        "encoding": reading.encoding,
        "delimiter": reading.delimiter,
        "sheets": reading.sheets,
        "notes": reading.notes,
        "tables": [
            {
                "file": table.file,
                "sheet": table.sheet,
                "header": table.header,
                "header_line": table.header_line,
                "cut_off": sorted(table.cut_off),
                "merged": [asdict(cell) for cell in table.merged],
                "format": table_format.name,
            }
            for table, table_format in tables
        ],
    }
    _write(out, about, [table.records for table, _ in tables])


def read_tables(source: IO[bytes]) -> FileTables:
    """Return what `write_tables` wrote."""
    about, frames = _read(source)
    tables = tuple(
        (
            SourceTable(
                each["file"],
                each["sheet"],
                tuple(each["header"]),
                each["header_line"],
                records,
                frozenset(each["cut_off"]),
                tuple(MergedCell(**cell) for cell in each["merged"]),
            ),
            formats.format_named(each["format"]),
        )
        for each, records in zip(about["tables"], frames, strict=True)
    )
    reading = FileReading(
        about["container"],
        tuple(table for table, _ in tables),
        about["encoding"],
        about["delimiter"],
        tuple(about["sheets"]),
        tuple(about["notes"]),
    )
    return reading, tables


def write_sheets(out: IO[bytes], sheets: Worksheets) -> None:
    """Write the sheets of a workbook."""
    about = [
        {"name": each.name, "first_column": each.first_column, "layout": asdict(each.layout)}
        for each in sheets
    ]
    _write(out, about, [sheet.cells for sheet in sheets])


def read_sheets(source: IO[bytes]) -> Worksheets:
    """Return what `write_sheets` wrote."""
    about, frames = _read(source)
    return [
        Worksheet(each["name"], cells, each["first_column"], _layout(each["layout"]))
        for each, cells in zip(about, frames, strict=True)
    ]


def _layout(about: dict[str, Any]) -> Layout:
    return Layout(
        about["hidden"],
        tuple(about["hidden_rows"]),
        tuple(about["hidden_columns"]),
        tuple(Range(**each) for each in about["merged"]),
    )


def _write(out: IO[bytes], about: Any, frames: Sequence[pl.DataFrame]) -> None:
    """Write each frame, then the document, and last where the document begins."""
    places = []
    for frame in frames:
        out.write(bytes(-out.tell() % _ALIGNED))
        places.append(out.tell())
        # Texts by offsets hold what the frame shows; views would drag along all that they share.
        table = frame.to_arrow(compat_level=pl.CompatLevel.oldest())
        with pa.ipc.new_stream(out, table.schema) as stream:
            stream.write_table(table)
    end = out.tell()
    out.write(json.dumps({"about": about, "frames": places}).encode())
    out.write(end.to_bytes(_LENGTH, "big"))
    out.flush()


def _read(source: IO[bytes]) -> tuple[Any, list[pl.DataFrame]]:
    source.seek(0)
    content = pa.py_buffer(source.read())
    end = int.from_bytes(content[-_LENGTH:].to_pybytes(), "big")
    document = json.loads(content[end:-_LENGTH].to_pybytes())
    frames = []
    for place in document["frames"]:
        with pa.ipc.open_stream(content[place:end]) as stream:
            frame = pl.from_arrow(stream.read_all())
        assert isinstance(frame, pl.DataFrame)  # noqa: S101 - it was made of one
        frames.append(frame)
    return document["about"], frames
