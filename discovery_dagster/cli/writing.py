"""The formats in which `discovery export` writes a table."""

import json
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from io import StringIO
from typing import IO, Any

import polars as pl

from discovery_dagster.cli.errors import UsageError
from discovery_dagster.domain import handover, tabular
from discovery_dagster.domain.corrections.sheets import Sheet, tables
from discovery_dagster.domain.graph import graphml
from discovery_dagster.domain.handover import aws, azure, konveyor
from discovery_dagster.domain.workbooks import (
    CutCell,
    NamedTable,
    TooLargeError,
    write_archive,
    write_workbook,
)

Rows = Sequence[Mapping[str, Any]]


class Format(StrEnum):
    """How a table is written."""

    CSV = "csv"
    JSON = "json"
    NDJSON = "ndjson"
    PARQUET = "parquet"
    XLSX = "xlsx"
    ZIP = "zip"
    GRAPHML = "graphml"
    KONVEYOR = "konveyor"
    AWS = "aws"
    AZURE = "azure"


#: Tools for which `intake` is written, and what writes it.
TOOLS: Mapping[Format, Callable[[Rows, Rows], handover.Handover]] = {
    Format.KONVEYOR: konveyor.hand_over,
    Format.AWS: aws.hand_over,
    Format.AZURE: azure.hand_over,
}


#: Formats that are no text for a terminal.
BINARY = frozenset({Format.PARQUET, Format.XLSX, Format.ZIP})


def write_rows(out: IO[bytes], output_format: Format, table: str, rows: Any) -> Sequence[CutCell]:
    """Write the rows of a table (or the graph, as JSON).

    Returns:
        The cells that hold only the beginning of their text, as those of worksheets may.

    Raises:
        UsageError: when the table is not written in this format, or no worksheet can hold it.
    """
    if output_format is Format.JSON:
        out.write(_json(rows, indent=1) + b"\n")
        return ()
    if table == "graph":
        if output_format is not Format.GRAPHML:
            raise UsageError("no_such_format", "The graph is written as json or graphml.")
        out.writelines(line.encode() for line in graphml.write(rows["nodes"], rows["edges"]))
        return ()
    if output_format is Format.GRAPHML:
        raise UsageError("no_such_format", "Only the graph is written as graphml.")
    if output_format is Format.ZIP:
        raise UsageError("no_such_format", "Only rejects and issues are written as a zip.")
    if output_format in TOOLS:
        raise UsageError("no_such_format", f"Only intake is written for {output_format}.")
    if output_format is Format.XLSX:
        return _xlsx(out, table, rows)
    _WRITERS[output_format](out, rows)
    return ()


def write_intake(
    out: IO[bytes], output_format: Format, assets: Rows, dependencies: Rows
) -> handover.Handover:
    """Write the file that another tool takes in; return it, with what it does not hold.

    Raises:
        UsageError: when the format is none of a tool.
    """
    if output_format not in TOOLS:
        raise UsageError("no_such_format", f"The intake is written for {', '.join(TOOLS)}.")
    intake = TOOLS[output_format](assets, dependencies)
    text = StringIO(newline="")
    handover.write(text, intake)
    out.write(text.getvalue().encode())
    return intake


def write_sheets(
    out: IO[bytes], output_format: Format, sheets: Sequence[Sheet]
) -> Sequence[CutCell]:
    """Write records that can be corrected as a workbook, or as a zip of CSV files.

    Returns:
        The cells that hold only the beginning of their text; sent back so, they change nothing.

    Raises:
        UsageError: when no worksheet can hold them.
    """
    written = tables(sheets)
    if output_format is Format.ZIP:
        write_archive(out, written)
        return ()
    return _workbook(out, written, "use --format zip")


def _csv(out: IO[bytes], rows: Rows) -> None:
    text = StringIO(newline="")
    # The first row has all columns: each query selects the same for every row.
    tabular.write_csv(text, rows, list(rows[0]) if rows else [])
    out.write(text.getvalue().encode())


def _ndjson(out: IO[bytes], rows: Rows) -> None:
    out.writelines(_json(row) + b"\n" for row in rows)


def _parquet(out: IO[bytes], rows: Rows) -> None:
    # Objects whose keys are the client's columns have no type in common: they are JSON.
    plain = [
        {
            name: json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else value
            for name, value in row.items()
        }
        for row in rows
    ]
    frame = pl.DataFrame(plain, infer_schema_length=None)
    frame.with_columns(pl.col(pl.Null).cast(pl.String)).write_parquet(out)


def _xlsx(out: IO[bytes], table: str, rows: Rows) -> Sequence[CutCell]:
    columns = list(rows[0]) if rows else []
    cells = [[_cell(row[column]) for column in columns] for row in rows]
    return _workbook(out, [NamedTable(table, columns, cells)], "use --format csv")


def _workbook(out: IO[bytes], tables: Sequence[NamedTable], instead: str) -> Sequence[CutCell]:
    try:
        return write_workbook(out, tables)
    except TooLargeError as error:
        raise UsageError("too_large", f"{str(error).rstrip('.')}: {instead}.") from error


def _cell(value: Any) -> Any:
    return value if value is None or isinstance(value, int | float) else tabular.plain_text(value)


def _json(value: Any, indent: int | None = None) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=indent, default=str).encode()


_WRITERS: Mapping[Format, Callable[[IO[bytes], Rows], None]] = {
    Format.CSV: _csv,
    Format.NDJSON: _ndjson,
    Format.PARQUET: _parquet,
}
