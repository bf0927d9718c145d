"""Files that other migration tools take in, written from what a session found.

A tool's format holds less than an inventory. What does not fit is left out and said, with the
reason; nothing is made up to fill a mandatory column.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TextIO

from discovery_dagster.domain.tabular import cell_text, write_cells

Row = Mapping[str, Any]

#: First characters with which a spreadsheet takes a cell for a formula.
_FORMULA: Final = ("=", "+", "-", "@")

FORMULA = "their names begin like formulas, which a spreadsheet would execute"
REPEATED = "another of the same name is in the file, and the tool tells them by their names"


@dataclass(frozen=True)
class Handover:
    """One file: its header, its rows, and what it does not hold."""

    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]
    left_out: Mapping[str, Sequence[str]] = field(default_factory=dict)  # names by reason
    notes: Sequence[str] = ()  # sentences about the whole


def write(out: TextIO, handover: Handover) -> None:
    """Write the file as CSV; free text that could be read as a formula is led by an apostrophe."""
    rows = ([_on_one_line(value) for value in row] for row in handover.rows)
    write_cells(out, [handover.columns, *rows], ending="\r\n")


def line(value: Any) -> str:
    """Return a value as the text of one cell, on one line."""
    return cell_text(_on_one_line(value))


def _on_one_line(value: Any) -> Any:
    return " ".join(value.split()) if isinstance(value, str) else value


def sift(
    assets: Sequence[Row], why_not: Callable[[Row], str | None], *, unique: bool
) -> tuple[list[Row], dict[str, list[str]]]:
    """Part assets into those that go into a file and the names of the others, by reason.

    Args:
        assets: rows of the export `assets`.
        why_not: the end of a sentence why an asset cannot be in the file, or null.
        unique: whether the tool tells things by their names alone, without regard to case.
    """
    fitting, left, seen = list[Row](), dict[str, list[str]](), set[str]()
    for asset in assets:
        name = asset["name"]
        reason = why_not(asset)
        if reason is None and name.startswith(_FORMULA):
            reason = FORMULA
        written = line(name).casefold()
        if reason is None and unique and written in seen:
            reason = REPEATED
        if reason is not None:
            left.setdefault(reason, []).append(name)
            continue
        seen.add(written)
        fitting.append(asset)
    return fitting, left


def mebibytes(gibibytes: float | None) -> int | None:
    """Return an amount of memory as tools count it, who write MB and mean MiB."""
    return None if gibibytes is None else round(gibibytes * 1024)
