"""The records of a delimited text, line by line, with each line's physical number.

Which delimiter and header the text has was judged before.
"""

from collections.abc import Sequence

import polars as pl

from discovery_dagster.domain.readers.dialect import SPACE, Dialect
from discovery_dagster.domain.readers.quoting import scan_record, well_formed
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


def read_lines(lines: Sequence[str], dialect: Dialect, limit: int) -> pl.DataFrame:
    """Return the records of `lines`, the whole text's, below the header.

    Args:
        lines: physical lines without the line feed that ended them.
        dialect: how the text is written.
        limit: characters beyond which a quoted cell counts as not closed.
    """
    width = len(dialect.header)
    body = _marked(lines, dialect)
    odd, inside = _scan(lines, body.filter("odd")["line"].to_list(), dialect, limit)
    body = body.filter(~pl.col("line").is_in(inside))
    surplus = body.filter("plain", pl.col("cells") > width)["line"].to_list()
    odd += [_scan_line(lines, line, dialect, limit)[0] for line in surplus]
    odd += [ignored_record(line, "blank_line") for line in body.filter("blank")["line"]]
    odd += [ignored_record(line, "comment") for line in body.filter("comment")["line"]]
    plain = body.filter("plain", pl.col("cells") <= width)
    frames = [_read_plain(plain, dialect, width), frame_of_records(odd, width)]
    return ignore_blank_records(pl.concat(frames).sort("line"))


def _marked(lines: Sequence[str], dialect: Dialect) -> pl.DataFrame:
    """One row a line below the header: its number, text, kind, and number of cells."""
    text = pl.col("text")
    body = pl.DataFrame({"text": lines[dialect.body_line - 1 :]}, schema={"text": pl.String})
    body = body.select(
        pl.int_range(dialect.body_line, pl.len() + dialect.body_line, dtype=pl.UInt32).alias(
            "line"
        ),
        text.str.strip_suffix("\r"),
    )
    if dialect.delimiter == SPACE:
        body = body.with_columns(text.str.strip_chars().str.replace_all(r"\s+", " "))
    quoted = text.str.contains('"', literal=True) & pl.lit(dialect.quoting)
    unusual = quoted & ~text.str.contains(well_formed(dialect.delimiter))
    outside_quotes = pl.when(quoted).then(text.str.replace_all('"[^"]*"', "")).otherwise(text)
    body = body.with_columns(
        blank=text.str.strip_chars() == "",
        comment=text.str.starts_with("#") & pl.lit(dialect.comments),
        # Polars would drop a carriage return at the end of a cell.
        unusual=unusual | text.str.contains("\r", literal=True),
        cells=outside_quotes.str.count_matches(dialect.delimiter, literal=True) + 1,
    )
    plain = ~pl.col("blank") & ~pl.col("comment")
    return body.select(
        "line",
        "text",
        "blank",
        "comment",
        "cells",
        odd=plain & pl.col("unusual"),
        plain=plain & ~pl.col("unusual"),
    )


def _scan(
    lines: Sequence[str], odd: Sequence[int], dialect: Dialect, limit: int
) -> tuple[list[Record], list[int]]:
    """Read the records that begin at the lines `odd`: they, and the lines that they take."""
    records: list[Record] = []
    taken: list[int] = []
    following = 0
    for line in odd:
        if line < following:
            continue
        record, following = _scan_line(lines, line, dialect, limit)
        records.append(record)
        taken.extend(range(line, following))
    return records, taken


def _scan_line(lines: Sequence[str], line: int, dialect: Dialect, limit: int) -> tuple[Record, int]:
    """Read the record that begins at `line`: it, and the line below it."""
    width = len(dialect.header)
    if not dialect.quoting:
        return read_record(line, _split(lines[line - 1], dialect.delimiter), width), line + 1
    scanned = scan_record(lines, line - 1, dialect.delimiter, limit)
    if scanned is not None:
        cells, after = scanned
        record = read_record(line, cells, width)
        # A quote that swallows lines into too many cells was never meant to be open.
        if after == line or record[1] != REJECTED:
            return record, after + 1
    return rejected_record(line, "unclosed_quote", lines[line - 1].removesuffix("\r")), line + 1


def _split(text: str, delimiter: str) -> list[str]:
    return text.split() if delimiter == SPACE else text.removesuffix("\r").split(delimiter)


def _read_plain(plain: pl.DataFrame, dialect: Dialect, width: int) -> pl.DataFrame:
    """Read lines each of which is a whole record of at most `width` cells."""
    names = [str(position) for position in range(width)]
    if plain.is_empty():
        cells = pl.DataFrame(schema=dict.fromkeys(names, pl.String))
    else:
        head = dialect.delimiter.join(names) + "\n"
        cells = pl.read_csv(
            (head + plain["text"].str.join("\n").item()).encode(),
            separator=dialect.delimiter,
            quote_char='"' if dialect.quoting else None,
            infer_schema=False,
        )
    if dialect.quoting:  # a quoted empty cell comes as an empty text
        cells = cells.with_columns(pl.when(pl.col(names) != "").then(pl.col(names)))
    return frame_of_cells(cells, plain["line"])
