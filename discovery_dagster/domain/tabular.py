"""Rows as CSV text that a spreadsheet cannot be tricked with."""

import csv
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, TextIO

import polars as pl

#: Characters that make a cell a formula where it begins with them (OWASP, CSV Injection), those of
#: East Asian width included. A program that is told other separators than the comma, or that takes
#: a carriage return for the end of a line even in quotes, sees a cell begin behind them as well.
#: After apostrophes they are guarded, too, so that taking one away always gives the text back.
_FORMULA: Final = "=+\\-@＝＋－＠"  # noqa: RUF001 - those of East Asian width are meant
_BREAKS: Final = r"\t\r\n\x00"
_UNGUARDED = re.compile(rf"^(?='*[{_FORMULA}{_BREAKS}])|(?<=[{_BREAKS};])(?='*[{_FORMULA}])")

#: What is guarded in a text and what it stands for, to be replaced in this order.
_GUARDS: Final = (
    (rf"^'('*[{_BREAKS}])", "$1"),
    (rf"(^|[{_BREAKS};])'('*[{_FORMULA}])", "$1$2"),
)

#: A text of which any part is guarded.
GUARDED: Final = rf"^''*[{_BREAKS}]|(?:^|[{_BREAKS};])''*[{_FORMULA}]"

#: A cell that is no number and would be guarded.
BARE_FORMULA: Final = rf"^(?:[=@＝＠{_BREAKS}]|[-+＋－](?:$|[\d.]*[^\d.eE]))"  # noqa: RUF001


class _Lines:
    """Ends lines of CSV as given: the writer quotes only returns that are part of its ending."""

    written_ending: Final = "\r\n"

    def __init__(self, out: TextIO, ending: str) -> None:
        self._out, self._ending = out, ending

    def write(self, line: str) -> None:
        self._out.write(line.removesuffix(self.written_ending) + self._ending)


def write_cells(out: TextIO, rows: Iterable[Iterable[Any]], ending: str = "\n") -> None:
    """Write rows as CSV (RFC 4180): the only place where a file for people is made of cells.

    Args:
        out: takes the text; must not translate line feeds.
        rows: of cells, as `cell_text` takes them.
        ending: of each line.
    """
    writer = csv.writer(_Lines(out, ending), lineterminator=_Lines.written_ending)
    writer.writerows([cell_text(cell) for cell in row] for row in rows)


def write_csv(out: TextIO, rows: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> None:
    """Write `rows` with a header. Lists of words are joined by `; `, other structures are JSON."""
    write_cells(out, [columns])
    write_cells(out, ([row[column] for column in columns] for row in rows))


def cell_text(value: Any) -> str:
    """Return the text of one cell; apostrophes lead whatever could be read as a formula."""
    if value is None:
        return ""
    text = plain_text(value)
    return text if isinstance(value, int | float) else _UNGUARDED.sub("'", text)


def plain_text(value: Any) -> str:
    """Return a value as text: lists of words joined by `; `, other structures as JSON."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return "; ".join(value)
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)


def is_ours(header: Iterable[str | None]) -> bool:
    """Whether a table with these columns was written here, to be filled in and read again."""
    return any((column or "").lower().startswith("discovery ") for column in header)


def without_guard(text: str) -> str:
    """Return the text that `cell_text` made `text` of."""
    return str(pl.select(without_guards(pl.lit(text))).item())


def without_guards(texts: pl.Expr) -> pl.Expr:
    """Return the same of texts."""
    for guard, kept in _GUARDS:
        texts = texts.str.replace_all(guard, kept)
    return texts
