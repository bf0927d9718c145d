"""Rows as CSV text that a spreadsheet cannot be tricked with."""

import csv
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, TextIO

#: First characters with which a spreadsheet takes a cell for a formula (OWASP, CSV Injection);
#: after apostrophes they are guarded, too, so that taking one away always gives the text back.
_FORMULA = re.compile(r"'*[=+\-@\t\r]")

#: A guarded cell; its first group is the cell itself.
GUARDED: Final = r"^'('*[=+\-@\t\r])"

#: A cell that is no number and would be guarded.
BARE_FORMULA: Final = r"^(?:[=@\t\r]|[-+](?:$|[\d.]*[^\d.eE]))"


def write_csv(out: TextIO, rows: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> None:
    """Write `rows` with a header. Lists of words are joined by `; `, other structures are JSON."""
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([cell_text(row[column]) for column in columns])


def cell_text(value: Any) -> str:
    """Return the text of one cell; what could be read as a formula is led by an apostrophe."""
    if value is None:
        return ""
    text = plain_text(value)
    if isinstance(value, int | float):
        return text
    return f"'{text}" if _FORMULA.match(text) else text


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
    return re.sub(GUARDED, r"\1", text)
