"""Tables of consoles, whose columns are set apart by blanks that stand below one another.

NAME          READY  STATUS             Name     Status  Link speed
web-5c4f-x2   1/1    Running            ----     ------  ----------
shop db       0/1    Pending            LAN 2    Up          1 Gbps

Cells may hold single blanks: columns are set apart by two places or more in which no line has a
letter, or by one beside the dashes that show them.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

_DASHES: Final = frozenset("-=─ ")
_WIDE: Final = re.compile(r"\S {2,}\S")
_SEVERAL: Final = re.compile(r" {2,}")
_FEWEST: Final = 3  # lines, and columns where no line of dashes shows them
_TAB: Final = "\t"


@dataclass(frozen=True)
class Alignment:
    """Where the columns of a text end, each but the last one, as positions between letters."""

    cuts: tuple[int, ...]

    def parted(self, line: str) -> str:
        """Return `line` with a tab between its cells.

        In a line that is too long for the columns, cells are what several blanks set apart.
        """
        if not line.strip():
            return line
        if any(line[cut - 1 : cut].strip() for cut in self.cuts):
            return _SEVERAL.sub(_TAB, line.strip())
        ends = zip((0, *self.cuts), (*self.cuts, len(line)), strict=True)
        return _TAB.join(line[start:end].strip() for start, end in ends)


def find_alignment(lines: Sequence[str]) -> Alignment | None:
    """Return how the columns of `lines`, the first of a text, are aligned, None if they are not."""
    filled = [line.rstrip() for line in lines if line.strip()]
    rows = [line for line in filled if not _is_rule(line)]
    ruled = is_ruled(lines)
    if len(filled) < _FEWEST or len(rows) < 2 or any(_TAB in line for line in filled):
        return None
    widest = max(map(len, rows))
    blank = [all(row[at : at + 1] in {"", " "} for row in rows) for at in range(widest)]
    cuts = _ruled_cuts(filled[1], blank) if ruled else _cuts(blank)
    alignment = Alignment(cuts)
    cells = [alignment.parted(row).split(_TAB) for row in rows]
    columns = len(cuts) + 1
    if columns < (2 if ruled else _FEWEST) or not all(_is_name(name) for name in cells[0]):
        return None
    if not ruled and any(_WIDE.search(cell) for row in cells for cell in row):
        return None
    return alignment


def is_ruled(lines: Sequence[str]) -> bool:
    """Whether a line of dashes below the header shows the columns."""
    filled = [line for line in lines if line.strip()]
    return len(filled) > 1 and _is_rule(filled[1])


def _is_rule(line: str) -> bool:
    return set(line.strip()) <= _DASHES and len(line.split()) > 1


def _ruled_cuts(rule: str, blank: Sequence[bool]) -> tuple[int, ...]:
    """Position behind the last blank place before each of the dashes but the first.

    Numbers that are set to the right may begin before them.
    """
    starts = [dashes.start() for dashes in re.finditer(r"\S+", rule)][1:]
    cuts = (max((at + 1 for at in range(start) if blank[at]), default=0) for start in starts)
    return tuple(dict.fromkeys(cuts))


def _cuts(blank: Sequence[bool]) -> tuple[int, ...]:
    """Position of the end of each wide run of blank places behind the first letters."""
    cuts, run, begun = list[int](), 0, False
    for at, is_blank in enumerate(blank):
        if is_blank:
            run += 1
            continue
        if begun and run > 1:
            cuts.append(at)
        run, begun = 0, True
    return tuple(cuts)


def _is_name(cell: str) -> bool:
    return bool(re.match(r"[^\W\d_]", cell))
