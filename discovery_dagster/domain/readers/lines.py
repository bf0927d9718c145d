"""The records of a delimited text, line by line, with each line's physical number.

Which delimiter and header the text has was judged before.
"""

import io
from collections.abc import Sequence
from operator import itemgetter

import polars as pl
from polars.exceptions import ComputeError

from discovery_dagster.domain.readers.dialect import SPACE, Dialect, words
from discovery_dagster.domain.readers.line_index import LineIndex, read_plain_lines
from discovery_dagster.domain.readers.quoting import Lines, scan_record, well_formed
from discovery_dagster.domain.readers.records import (
    Record,
    frame_of_cells,
    frame_of_records,
    ignore_blank_records,
    ignored_record,
    read_record,
    rejected_record,
)
from discovery_dagster.domain.tables import REJECTED


def read_lines(texts: pl.Series, dialect: Dialect, limit: int) -> pl.DataFrame:
    """Return the records of the lines below the header.

    Args:
        texts: the lines' text (String), null or empty for empty ones, without the line feeds that
            ended them, but with carriage returns before those.
        dialect: how the text is written.
        limit: characters beyond which a quoted cell counts as not closed.
    """
    body = _marked(texts, dialect)
    scanner = _Scanner(texts, dialect, limit)
    odd, inside = scanner.records(body.filter("odd")["line"].to_list())
    body = body.filter(~pl.col("line").is_in(inside)) if inside else body
    plain = body.filter("plain")
    frames = []
    for quoted in (False, True):
        cells, surplus = _read_plain(plain.filter(pl.col("quoted") == quoted), dialect, quoted)
        frames.append(cells)
        odd += [scanner.record(line)[0] for line in surplus]
    odd += [ignored_record(line, "blank_line") for line in body.filter("blank")["line"]]
    odd += [ignored_record(line, "comment") for line in body.filter("comment")["line"]]
    odd.sort(key=itemgetter(0))
    frames.append(frame_of_records(odd, len(dialect.header)))
    filled = [frame for frame in frames if frame.height] or frames[:1]
    records = filled[0] if len(filled) == 1 else pl.concat(filled).sort("line")
    return ignore_blank_records(records)


def read_indexed(lines: LineIndex, dialect: Dialect, limit: int) -> pl.DataFrame:
    """Return the records of the lines of a UTF-8 text, as `read_lines` does, by their bytes.

    Args:
        lines: below the header.
        dialect: how the text is written; its columns are set apart by one byte.
        limit: characters beyond which a quoted cell counts as not closed.
    """
    width = len(dialect.header)
    scanner = _Scanner(lines, dialect, limit)
    numbers = lines.numbers(lines.quoted)
    texts = [lines[int(line) - lines.first_line].removesuffix("\r") for line in numbers]
    quoted = pl.DataFrame({"line": numbers, "text": texts}, schema_overrides={"text": pl.String})
    formed = quoted["text"].str.contains(well_formed(dialect.delimiter))
    odd = lines.numbers(~lines.plain & ~lines.blank & ~lines.quoted).tolist()
    odd += quoted.filter(~formed)["line"].to_list()
    records, inside = scanner.records(sorted(odd))
    # What stands inside the quotes of a record is none of its own.
    outer = ~pl.col("line").is_in(pl.Series(inside, dtype=pl.UInt32).implode())
    cells, surplus = _read_plain(quoted.filter(formed).filter(outer), dialect, quoted=True)
    records += [scanner.record(line)[0] for line in surplus]
    taken = set(inside)
    blanks = lines.numbers(lines.blank).tolist()
    records += [ignored_record(line, "blank_line") for line in blanks if line not in taken]
    records.sort(key=itemgetter(0))
    plain = read_plain_lines(lines, dialect, inside)
    parts = [plain, cells, frame_of_records(records, width)]
    filled = [part for part in parts if part.height] or parts[:1]
    joined = filled[0] if len(filled) == 1 else pl.concat(filled).sort("line")
    return ignore_blank_records(joined)


def _marked(texts: pl.Series, dialect: Dialect) -> pl.DataFrame:
    """One row a line below the header: its number, its text and what kind of line it is.

    A `plain` line is a whole record, an `odd` one has to be scanned: its quotes are unusual or
    open, or it has a carriage return inside, which Polars would drop at the end of a cell.
    """
    text = pl.col("text")
    body = texts.fill_null("").str.strip_suffix("\r").alias("text").to_frame()
    body = body.with_row_index("line", dialect.body_line)
    if dialect.delimiter == SPACE:
        body = body.with_columns(text.str.strip_chars(" \t").str.replace_all("[ \t]+", " "))
    body = body.with_columns(
        blank=~text.str.contains(r"\S"),
        comment=text.str.starts_with("#") & dialect.comments,
        quoted=text.str.contains('"', literal=True) & dialect.quoting,
        odd=text.str.contains("\r", literal=True),
    )
    quoted = body.filter("quoted")
    unusual = quoted.filter(~text.str.contains(well_formed(dialect.delimiter)))["line"]
    if unusual.len():
        body = body.with_columns(odd=pl.col("odd") | pl.col("line").is_in(unusual.implode()))
    record = ~pl.col("blank") & ~pl.col("comment")
    return body.with_columns(odd=record & pl.col("odd"), plain=record & ~pl.col("odd"))


class _Scanner:
    """Reads records one by one, by the numbers of the lines where they begin."""

    def __init__(self, texts: Lines, dialect: Dialect, limit: int) -> None:
        self._texts = texts
        self._dialect = dialect
        self._limit = limit

    def records(self, lines: Sequence[int]) -> tuple[list[Record], list[int]]:
        """Read the records that begin at `lines`: they, and all lines that they take.

        A line inside a record that began above begins none.
        """
        records: list[Record] = []
        taken: list[int] = []
        following = 0
        for line in lines:
            if line >= following:
                record, following = self.record(line)
                records.append(record)
                taken.extend(range(line, following))
        return records, taken

    def record(self, line: int) -> tuple[Record, int]:
        """Read the record that begins at `line`: it, and the line below it."""
        width = len(self._dialect.header)
        at = line - self._dialect.body_line
        text = (self._texts[at] or "").removesuffix("\r")
        if not self._dialect.quoting:
            by = self._dialect.delimiter
            return read_record(
                line, words(text) if by == SPACE else text.split(by), width
            ), line + 1
        scanned = scan_record(self._texts, at, self._dialect.delimiter, self._limit)
        if scanned is not None:
            cells, after = scanned
            record = read_record(line, cells, width)
            # A quote that swallows lines into too many cells was never meant to be open.
            if after == at + 1 or record[1] != REJECTED:
                return record, line + after - at
        return rejected_record(line, "unclosed_quote", text), line + 1


def _read_plain(
    plain: pl.DataFrame, dialect: Dialect, quoted: bool
) -> tuple[pl.DataFrame, list[int]]:
    """Read lines each of which is a whole record: their frame, and the lines with more cells."""
    width = len(dialect.header)
    surplus: list[int] = []
    try:
        cells = _parse(plain["text"], dialect.delimiter, width, quoted)
    except ComputeError:
        text = pl.col("text")
        outside = text.str.replace_all('"[^"]*"', "") if quoted else text
        fits = outside.str.count_matches(dialect.delimiter, literal=True) < width
        surplus = plain.filter(~fits)["line"].to_list()
        plain = plain.filter(fits)
        cells = _parse(plain["text"], dialect.delimiter, width, quoted)
    if quoted:  # a quoted empty cell comes as an empty text
        cells = cells.with_columns(pl.when(pl.all() != "").then(pl.all()))
    return frame_of_cells(cells, plain["line"]), surplus


def _parse(texts: pl.Series, delimiter: str, width: int, quoted: bool) -> pl.DataFrame:
    """Read `texts` as the lines of one CSV of `width` columns.

    Raises:
        ComputeError: when a line has more cells.
    """
    names = [str(position) for position in range(width)]
    if texts.is_empty():
        return pl.DataFrame(schema=dict.fromkeys(names, pl.String))
    # The header says the width, whatever that of the first line.
    joined = io.BytesIO((delimiter.join(names) + "\n").encode())
    joined.seek(0, io.SEEK_END)
    texts.to_frame().write_csv(joined, include_header=False, quote_style="never")
    return pl.read_csv(
        joined.getvalue(),
        separator=delimiter,
        quote_char='"' if quoted else None,
        infer_schema=False,
    )
