"""Which record of a table is its header, and what its columns are called.

Shared by the readers of containers in which a header is a record like any other.
"""

from collections.abc import Sequence
from statistics import median

import polars as pl

from discovery_dagster.domain.readers.header_words import are_header_words
from discovery_dagster.domain.values.reading import without_invisible

Cells = Sequence[str | None]

_SAMPLE = 50  # records among which the header is looked for
_FOLLOWING = 20  # records below a candidate that say how wide the table is
_FILLED_SHARE = 0.6  # of their filled cells that a header fills; a title row has one or two


def find_header(records: Sequence[Cells]) -> int | None:
    """Return the position of the record that is the header, or None when there is none.

    A header's filled cells are mostly names (they have a letter, which numbers, addresses and dates
    lack), and it fills about as many cells as the records below it; what stands above is a title.
    """
    filled = [sum(1 for cell in record if not is_blank(cell)) for record in records[:_SAMPLE]]
    named = [i for i, record in enumerate(records[:_SAMPLE]) if _has_names(record)]
    for candidate in named:
        below = [n for n in filled[candidate + 1 : candidate + 1 + _FOLLOWING] if n]
        if filled[candidate] >= _FILLED_SHARE * (median(below) if below else 1):
            if candidate == named[0] or _all_names(records[candidate]):
                return _first_of_tables(records, [i for i in named if i <= candidate])
            break
    # A wide but broken record must not turn the header above it into a title.
    return next((i for i in named if filled[i] > 1), None)


def _first_of_tables(records: Sequence[Cells], candidates: Sequence[int]) -> int:
    """The first of `candidates` that is a header: a narrow table may stand above a wide one.

    Its words tell it from a title, and a record of as many cells below it from what only looks so.
    """
    for candidate in candidates[:-1]:
        header, below = records[candidate], records[candidate + 1]
        width = sum(not is_blank(cell) for cell in header)
        alike = sum(not is_blank(cell) for cell in below[: len(header)]) == width
        if alike and are_header_words(header) and not has_names_only(below):
            return candidate
    return candidates[-1]


def column_names(cells: Cells) -> list[str]:
    """Return the names as they are seen, without outer spaces; a nameless one is `column 7`."""
    seen = without_invisible(pl.Series(list(cells), dtype=pl.String))
    names = [(cell or "").strip() for cell in seen]
    return [name or f"column {position}" for position, name in enumerate(names, 1)]


def is_blank(cell: str | None) -> bool:
    """Whether the cell holds nothing that is seen."""
    return not cell or cell.isspace()


def has_names_only(record: Cells) -> bool:
    """Whether every filled cell could be a name: it has a letter, as numbers and dates have not."""
    return all(_is_name(cell) for cell in record if cell and not cell.isspace())


def _is_name(cell: str) -> bool:
    return cell.strip() == "#" or any(character.isalpha() for character in cell)


def _has_names(record: Cells) -> bool:
    filled = [cell for cell in record if cell and not cell.isspace()]
    return 2 * sum(map(_is_name, filled)) > len(filled)


def _all_names(record: Cells) -> bool:
    filled = [cell.strip() for cell in record if cell and not cell.isspace()]
    return all(map(_is_name, filled)) and len(set(filled)) == len(filled)
