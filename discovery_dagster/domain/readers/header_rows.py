"""Headers that stand in two rows: a group above the names below it, or names merged downward.

    Server   |         | Network |             Name | OS | Network |     | Owner
    Name     | OS      | IP      | MAC              |    | IP      | MAC |

    Server  | RAM | Disk                        A row of units below belongs to the header, too.
            | GB  | GB

Spreadsheets merge cells for both; what is left of a merged cell is its first, the others are blank.
Labels below technical keys are found in `labels`.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from discovery_dagster import reference
from discovery_dagster.domain.readers.header import (
    Cells,
    has_names_only,
    is_blank,
)
from discovery_dagster.domain.readers.labels import are_labels, named_by

_COMPARED = 20  # records whose values are no labels


@dataclass(frozen=True)
class Header:
    """The names of the columns, and the position of the last record that they stand in."""

    cells: Cells
    last: int


def complete_header(records: Sequence[Cells], position: int) -> Header:
    """Return the header at `position`, with the row above or below it that belongs to it.

    Args:
        records: the first ones of the table.
        position: as `find_header` gives it.
    """
    header = records[position]
    if position + 1 < len(records) and _are_units(header, records[position + 1]):
        return Header(_with_units(header, records[position + 1]), position + 1)
    below = records[position + 2 : position + 2 + _COMPARED]
    if position + 1 < len(records) and are_labels(header, records[position + 1], below):
        return Header(named_by(header, records[position + 1]), position + 1)
    if position + 1 < len(records) and _belong(header, records[position + 1]):
        return Header(_joined(header, records[position + 1]), position + 1)
    if position and _belong(records[position - 1], header):
        return Header(_joined(records[position - 1], header), position)
    return Header(header, position)


def _are_units(header: Cells, below: Cells) -> bool:
    """Whether `below` holds units of the columns and nothing else; never of the first column.

    One cell that could be a unit, such as `#`, may be a record of which nothing else is known.
    """
    units = _padded(below, len(header))
    filled = [unit for unit in units if unit]
    known = all(_bare(unit).lower() in _units() for unit in filled)
    return len(filled) > 1 and not units[0] and known


def _with_units(header: Cells, below: Cells) -> list[str]:
    width = max(len(header), len(below))
    named = zip(_padded(header, width), _padded(below, width), strict=True)
    return [f"{name} ({_bare(unit)})" if unit else name for name, unit in named]


def _bare(unit: str) -> str:
    return unit.strip("()[] ")


@cache
def _units() -> frozenset[str]:
    known = reference.load("units")
    words = [*known["storage"], *known["counted"]]
    words += [word for spellings in known["spellings"].values() for word in spellings]
    return frozenset(str(word).lower() for word in words)


def _belong(upper: Cells, lower: Cells) -> bool:
    """Whether `lower` holds names that stand below groups of `upper`, and nothing else.

    A record could look like it only if all its cells stood in columns without a name; so a name
    of `upper` with nothing below it, which is one merged downward, is asked for as well. Where
    `lower` has all names, only that it repeats some of them tells that it needs the groups.
    """
    width = max(len(upper), len(lower))
    above, below = _padded(upper, width), _padded(lower, width)
    filled = [at for at in range(width) if below[at]]
    if len(filled) < 2 or not has_names_only(below) or not has_names_only(above):
        return False
    first = next((at for at, name in enumerate(above) if name), width)
    if not all(_in_group(above, below, at, first) for at in filled):
        return False
    if not any(not above[at] for at in filled):
        return False
    merged_down = any(above[at] and not below[at] for at in range(width))
    names = [below[at] for at in filled]
    return merged_down or len(set(names)) < len(names)


def _in_group(above: list[str], below: list[str], at: int, first: int) -> bool:
    """Whether the cell stands below a group: one that begins here, or further to the left.

    `first` is where the first name above stands.
    """
    if above[at]:
        return at + 1 < len(above) and not above[at + 1] and bool(below[at + 1])
    return at <= first or bool(below[at - 1])


def _joined(upper: Cells, lower: Cells) -> list[str]:
    """The names of the columns; those that stand in several groups have the group before them."""
    width = max(len(upper), len(lower))
    above, below = _padded(upper, width), _padded(lower, width)
    names, group, counts = [], "", Counter(below)
    for at in range(width):
        group = above[at] or group
        repeated = counts[below[at]] > 1
        names.append(f"{group} {below[at]}" if below[at] and repeated else below[at] or above[at])
    return names


def _padded(cells: Cells, width: int) -> list[str]:
    texts = ["" if cell is None or is_blank(cell) else cell.strip() for cell in cells]
    return texts + [""] * (width - len(texts))
