"""Tables that stand below each other in one file or sheet, each with a header of its own.

Below a blank line, or a title below one, a row of header words begins another table. So does a row
that repeats the header in another order: it is the header of what stands below it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl

from discovery_dagster.domain.readers.header import Cells, is_blank
from discovery_dagster.domain.readers.header_words import are_header_words, is_header_word
from discovery_dagster.domain.readers.records import (
    cells_of,
    first_filled,
    whole_row,
    with_ignored,
    with_width,
)
from discovery_dagster.domain.readers.strays import REPEATS_HEADER, repeats
from discovery_dagster.domain.source_tables import IGNORED

TITLE = "title_above_table"


@dataclass(frozen=True)
class Section:
    """A table: its header, the line of it, and the records below it."""

    header: Cells
    header_line: int
    records: pl.DataFrame


@dataclass(frozen=True)
class _Beginning:
    """Where a table begins: the row of its header, and whether that is accounted for above it."""

    header: int
    counted: bool = False


def part(section: Section, *, ragged: bool) -> tuple[Section, ...]:
    """Part a table from those that stand below it; there are none, as a rule.

    Args:
        section: all that stands below the first header, with strays ignored.
        ragged: whether a record may be longer than its header, as in text; it is rejected then.

    Returns:
        The tables in their order. A header is no record of any of them, but one that repeats
        another is an ignored record of the table above it.
    """
    records = section.records
    beginnings, titles = list[_Beginning](), dict[int, str]()
    header = section.header
    for row in _candidates(records):
        cells = whole_row(records, row)
        if records["outcome"][row] == IGNORED:
            repeated = repeats(cells, header)
            begins = repeated is not None and not repeated.in_order
            beginning = _Beginning(row, counted=True)
        else:
            above = beginnings[-1].header + 1 if beginnings else 0
            begins = _begins_table(records, row, above, cells)
            beginning = _Beginning(row)
            if begins and row and _is_lone(records, row - 1):
                titles[row - 1] = TITLE
        if begins:
            beginnings.append(beginning)
            header = cells
    if not beginnings:
        return (section,)
    titled = with_ignored(records, titles)
    ends = [each.header + each.counted for each in beginnings]
    first = replace(section, records=titled.head(ends[0]))
    return first, *(
        _below(titled, each.header, behind, ragged=ragged)
        for each, behind in zip(beginnings, [*ends[1:], records.height], strict=True)
    )


def _below(records: pl.DataFrame, row: int, behind: int, *, ragged: bool) -> Section:
    header = list(whole_row(records, row))
    while is_blank(header[-1]):
        header.pop()
    own = records.slice(row + 1, behind - row - 1)
    width = len(header) if ragged else max(len(header), len(cells_of(records)))
    header += [None] * (width - len(header))
    return Section(header, records["line"][row], with_width(own, width))


def _candidates(records: pl.DataFrame) -> Sequence[int]:
    """Rows that may be the header of a table, by their place and their first filled cell."""
    ignored = records["outcome"] == IGNORED
    if not ignored.any():
        return []
    below = ~ignored & ignored.shift(1, fill_value=False)
    titled = ~ignored & below.shift(1, fill_value=False)
    places = (below | titled).arg_true()
    texts = first_filled(records, cells_of(records), places)
    plain = texts.str.contains(r"^\D*\p{L}\D*$").fill_null(value=False)
    words = texts.filter(plain)
    known = [word for word in words.unique() if is_header_word(word.strip())]
    headers = places.filter(plain).filter(words.is_in(known))
    repeated = (records["reason"] == REPEATS_HEADER).fill_null(value=False).arg_true()
    return pl.concat([headers, repeated]).unique().sort().to_list()


def _begins_table(records: pl.DataFrame, row: int, above: int, cells: Cells) -> bool:
    """Whether a row below a blank one, or below its title, is a header with records below it.

    What is a word of headers may be a value too; but then the column above holds it elsewhere.
    """
    titled = records["outcome"][row - 1] != IGNORED
    if not are_header_words(cells) or (titled and not _is_lone(records, row - 1)):
        return False
    below = records["outcome"].slice(row + 1, 1)
    if below.is_empty() or below[0] == IGNORED:
        return False
    table = records.slice(above, row - above)
    return not any(
        (table[name].str.to_lowercase() == cell.lower()).any()
        for name, cell in zip(cells_of(records), cells, strict=False)
        if cell
    )


def _is_lone(records: pl.DataFrame, row: int) -> bool:
    filled = [cell for cell in whole_row(records, row) if not is_blank(cell)]
    return records["outcome"][row] != IGNORED and len(filled) == 1
