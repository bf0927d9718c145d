"""Delimited text: every physical line is accounted for, whatever its quotes and its width."""

from codecs import BOM_UTF8
from dataclasses import replace

from discovery_dagster.domain.contents import Bytes, chunks
from discovery_dagster.domain.errors import UnreadableFileError
from discovery_dagster.domain.file_limits import Limits, Tally, check_limit
from discovery_dagster.domain.readers.aligned import find_alignment, is_ruled
from discovery_dagster.domain.readers.body import read_body
from discovery_dagster.domain.readers.cut_off import reject_cut_off
from discovery_dagster.domain.readers.dialect import NO_DELIMITER, Dialect, find_dialect
from discovery_dagster.domain.readers.encoding import decode, is_encoded
from discovery_dagster.domain.readers.lines import behind_lines, read_lines
from discovery_dagster.domain.readers.quoted_lines import (
    is_of_quoted_lines,
    without_outer_quotes,
)
from discovery_dagster.domain.readers.records import cells_of, check_lengths
from discovery_dagster.domain.readers.sections import Section
from discovery_dagster.domain.source_tables import IGNORED, FileReading

_SAMPLE_BYTES = 262_144  # from which the dialect is inferred; a multiple of four for UTF-32
_SAMPLE_LINES = 500


def read_delimited(data: Bytes, encoding: str, name: str, limits: Limits) -> FileReading:
    """Read the delimited text `data`.

    Raises:
        UnreadableFileError: `not_a_table`, `limit_exceeded`.
    """
    if is_of_quoted_lines(_sample_lines(data, encoding)):
        data, encoding = without_outer_quotes(_as_utf8(data, encoding)), "utf-8"
    data, encoding = _part_aligned(data, encoding)
    dialect = _dialect(data, encoding, name)
    check_limit(name, "columns", len(dialect.header), limits.columns)
    longest = max(map(len, dialect.header), default=0)
    check_limit(name, "characters in a cell", longest, limits.cell_characters)
    text = _as_utf8(data, encoding)
    start = _body_start(text, dialect.body_line - 1)
    ends = sum(chunk.count(b"\n") for chunk in chunks(text))
    Tally.of_sparse(name, len(text), limits).add(len(dialect.header) * ends)
    lines = read_lines(text, start, dialect, limits.cell_characters)
    if lines.longest > limits.cell_characters:
        check_lengths(name, lines.records, cells_of(lines.records), limits)
    body = Section(dialect.header, dialect.header_line, lines.records)
    tables = read_body(
        name, None, body, limits, ragged=True, longest=lines.longest, marked=lines.marked
    )
    first, *others = tables
    if dialect.quoting:
        first = replace(first, cut_off=lines.cut_off)
    elif lines.cut_off:  # tools that quote nothing write a sign where a value is missing
        first = replace(first, records=reject_cut_off(first.records, lines.cut_off))
    if len(dialect.header) == 1 and (first.records["outcome"] == IGNORED).all():
        raise _not_a_table(name)
    delimiter = None if dialect.delimiter == NO_DELIMITER else dialect.delimiter
    return FileReading("csv", (first, *others), encoding, delimiter)


def _part_aligned(data: Bytes, encoding: str) -> tuple[Bytes, str]:
    """Set the columns of a console's table apart by tabs; of other text nothing is changed."""
    lines = _sample_lines(data, encoding)
    dialect = None if is_ruled(lines) else find_dialect(lines)
    if dialect is not None and dialect.delimiter != NO_DELIMITER:
        return data, encoding
    alignment = find_alignment(lines)
    if alignment is None:
        return data, encoding
    text = _as_utf8(data, encoding)[:].decode("utf-8-sig", "replace")
    parted = (alignment.parted(line.rstrip("\r")) for line in text.split("\n"))
    return "\n".join(parted).encode(), "utf-8"


def _dialect(data: Bytes, encoding: str, name: str) -> Dialect:
    lines = _sample_lines(data, encoding)
    dialect = find_dialect(lines)
    if dialect is None or "".join(lines).lstrip().startswith("<"):
        raise _not_a_table(name)
    return dialect


def _sample_lines(data: Bytes, encoding: str) -> list[str]:
    size = _SAMPLE_BYTES
    lines = _split(decode(data[:size], encoding, errors="replace"))
    while len(lines) == 1 and size < len(data):  # a header that is cut off would lose names
        size *= 4
        lines = _split(decode(data[:size], encoding, errors="replace"))
    if len(data) > size and len(lines) > 1:
        lines.pop()  # cut off in its middle
    return lines[:_SAMPLE_LINES]


def _not_a_table(name: str) -> UnreadableFileError:
    return UnreadableFileError(
        "not_a_table",
        f"{name} is no table: it needs a line that names the columns and lines of as many cells.",
    )


def _as_utf8(data: Bytes, encoding: str) -> Bytes:
    """The text in UTF-8 with line feeds at the ends of its lines."""
    is_utf8 = encoding == "utf-8" and (data[:3] != BOM_UTF8 or is_encoded(data, "utf-8"))
    if is_utf8 and any(b"\n" in chunk for chunk in chunks(data)):
        return data
    text = decode(data[:], encoding)
    return (text if "\n" in text else text.replace("\r", "\n")).encode()


def _body_start(text: Bytes, lines_above: int) -> int:
    """Where the first line of the body begins: in the sample, as a rule."""
    size = _SAMPLE_BYTES
    while (head := text[:size]).count(b"\n") < lines_above and size < len(text):
        size *= 2
    marked = len(BOM_UTF8) if head.startswith(BOM_UTF8) else 0
    return max(behind_lines(head, lines_above), marked)


def _split(text: str) -> list[str]:
    r"""Lines of `text`, which end with `\n`, or with `\r` where there is no `\n` at all."""
    lines = text.split("\n") if "\n" in text else text.split("\r")
    if not lines[-1]:
        lines.pop()
    return lines
