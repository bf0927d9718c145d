"""Delimited text: every physical line is accounted for, whatever its quotes and its width.

A clean file is read as a whole by Polars. Any other is read line by line, still in Polars, and only
records with unusual quotes or too many cells one by one.
"""

import re
from mmap import mmap
from pathlib import Path

import polars as pl
from polars.exceptions import ComputeError, SchemaError

from discovery_dagster.domain.readers.dialect import NO_DELIMITER, SPACE, Dialect, find_dialect
from discovery_dagster.domain.readers.encoding import decode
from discovery_dagster.domain.readers.footer import ignore_footer
from discovery_dagster.domain.readers.limits import Limits, check_limit
from discovery_dagster.domain.readers.line_index import index_lines
from discovery_dagster.domain.readers.lines import read_indexed, read_lines
from discovery_dagster.domain.readers.records import (
    frame_of_cells,
    ignore_blank_records,
    source_table,
)
from discovery_dagster.domain.tables import IGNORED, FileReading, UnreadableFileError

_SAMPLE_BYTES = 262_144  # that the dialect is judged by; a multiple of four for UTF-32
_LONE_RETURN = re.compile(rb"\r(?!\n)")
_SEPARATORS = (b"\x1e", b"\x1d", b"\x1c", b"\x02")  # that hardly any text has
_SAMPLE_LINES = 500


def read_delimited(path: Path, data: mmap, encoding: str, name: str, limits: Limits) -> FileReading:
    """Read the delimited text `data` of the file at `path`.

    Raises:
        UnreadableFileError: `not_a_table`, `limit_exceeded`.
    """
    dialect = _dialect(data, encoding, name)
    check_limit(name, "columns", len(dialect.header), limits.columns)
    records = _read_whole(path, data, encoding, dialect)
    if records is None and _is_indexable(data, encoding, dialect):
        lines = index_lines(data, dialect)
        records = read_indexed(lines, dialect, limits.cell_characters)
    if records is None:
        texts = _lines(data, encoding, dialect.body_line)
        records = read_lines(texts, dialect, limits.cell_characters)
    records = ignore_footer(records)
    table = source_table(name, None, dialect.header, dialect.header_line, records, limits)
    if len(table.header) == 1 and (records["outcome"] == IGNORED).all():
        raise _not_a_table(name)
    delimiter = None if dialect.delimiter == NO_DELIMITER else dialect.delimiter
    return FileReading("csv", (table,), encoding, delimiter)


def _dialect(data: mmap, encoding: str, name: str) -> Dialect:
    sample = decode(data[:_SAMPLE_BYTES], encoding, errors="replace")
    lines = _split(sample)
    if len(data) > _SAMPLE_BYTES and len(lines) > 1:
        lines.pop()  # cut off in its middle
    dialect = find_dialect(lines[:_SAMPLE_LINES])
    if dialect is None or sample.lstrip().startswith("<"):
        raise _not_a_table(name)
    return dialect


def _is_indexable(data: mmap, encoding: str, dialect: Dialect) -> bool:
    """Whether bytes tell lines and cells apart: UTF-8 with line feeds, quotes and one delimiter."""
    return (
        encoding in {"utf-8", "utf-8-sig"}
        and dialect.delimiter not in {SPACE, NO_DELIMITER}
        and dialect.quoting
        and not dialect.comments
        and data.find(b"\n") >= 0
        and data.find(b"\0") < 0
    )


def _not_a_table(name: str) -> UnreadableFileError:
    return UnreadableFileError(
        "not_a_table",
        f"{name} is no table: it needs a line that names the columns and lines of as many cells.",
    )


def _lines(data: mmap, encoding: str, first: int) -> pl.Series:
    """Return the lines from line `first`, which is not the first, without their line feeds."""
    # Polars drops the carriage returns that end lines, which inside quotes are text.
    returns = data.find(b"\r") >= 0 and (data.find(b'"') >= 0 or _LONE_RETURN.search(data))
    if encoding == "utf-8" and not returns and data.find(b"\0") < 0:
        unused = next((byte for byte in _SEPARATORS if data.find(byte) < 0), None)
        if unused is not None:  # one column then holds a whole line
            return pl.read_csv(
                data[:],
                skip_lines=first - 2,
                separator=unused.decode(),
                quote_char=None,
                infer_schema=False,
                new_columns=["text"],
            )["text"]
    return pl.Series(_split(decode(data[:], encoding))[first - 1 :], dtype=pl.String)


def _split(text: str) -> list[str]:
    r"""Lines of `text`, which end with `\n`, or with `\r` where there is no `\n` at all."""
    lines = text.split("\n") if "\n" in text else text.split("\r")
    if not lines[-1]:
        lines.pop()
    return lines


def _read_whole(path: Path, data: mmap, encoding: str, dialect: Dialect) -> pl.DataFrame | None:
    """Read a clean file as a whole; None when anything in it asks for a closer look.

    Clean is UTF-8 without quotes, zero bytes, lone carriage returns, blank records and surplus
    cells. Polars fills short records with nulls, which is what they are.
    """
    unclean = [b'"', b"\0"]
    if dialect.delimiter == SPACE:
        unclean += [b"  ", b"\t", b" \n", b" \r", b"\n "]
    if encoding != "utf-8" or dialect.comments or any(data.find(part) >= 0 for part in unclean):
        return None
    if _LONE_RETURN.search(data):
        return None
    try:
        cells = pl.read_csv(
            path,
            separator=dialect.delimiter,
            quote_char=None,
            skip_lines=dialect.body_line - 2,
            infer_schema=False,
            new_columns=[str(position) for position in range(len(dialect.header))],
        )
    except (ComputeError, SchemaError):  # too many cells
        return None
    lines = pl.int_range(
        dialect.body_line, dialect.body_line + cells.height, dtype=pl.UInt32, eager=True
    )
    records = frame_of_cells(cells, lines)
    looked_at = ignore_blank_records(records)
    return records if looked_at is records else None
