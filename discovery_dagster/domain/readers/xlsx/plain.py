"""Pieces of worksheets that have values and nothing else, as most programs write them.

Each cell of them is `<c …><v>…</v></c>`, or empty. So where its tag ends its value begins, and
where that ends the cell does; only the tags of cells and rows have to be looked for. That each
cell has that form is checked byte by byte, and that there is no other tag by their number.
"""

from typing import Final

import numpy as np

from discovery_dagster.domain.readers.xlsx.attributes import INLINE, read_attributes
from discovery_dagster.domain.readers.xlsx.places import read_places
from discovery_dagster.domain.readers.xlsx.scanning import (
    WORD,
    Mask,
    Positions,
    Words,
    Xml,
    up_to_tag,
)
from discovery_dagster.domain.readers.xlsx.values import Filled

_OPENING, _CLOSING = b"><v>", b"</v></c>"
_CLOSED: Final = np.uint64(int.from_bytes(_CLOSING, "little"))
#: What may follow the attributes of a cell, and how many tags the cell has then.
_FILLED, *_EMPTY = (
    (np.uint64(int.from_bytes(form, "little")), np.uint64((1 << 8 * len(form)) - 1), tags)
    for form, tags in ((_OPENING, 4), (b"/>", 1), (b"></c>", 2))
)
_TAGS_OF_A_ROW: Final = 2


def plain_cells(xml: Xml) -> Filled | None:
    """Return the filled cells of a piece of a worksheet; None when it has anything else.

    Raises:
        UnusualXmlError: when tags of cells and rows are written as no program does.
    """
    if b"!" in xml.data and b"<!" in xml.data:  # a comment may hold what looks like cells
        return None
    tags = xml.bytes_ == ord("<")
    cells, rows = _named(xml, tags, "c"), _named(xml, tags, "r")
    if bool((xml.bytes_[rows + 2] != ord("o")).any()):  # it is of a text within a cell
        return None
    places = read_places(xml, rows, cells)
    attributes = read_attributes(xml, places.behind)
    following = xml.words_at(attributes.behind)
    form, mask, size = _FILLED
    filled = (following & mask) == form
    count, known = size * np.count_nonzero(filled), filled
    for form, mask, size in _EMPTY if not filled.all() else ():
        empty = (following & mask) == form
        count, known = count + size * np.count_nonzero(empty), known | empty
    if not known.all() or np.count_nonzero(tags) != count + _TAGS_OF_A_ROW * len(rows):
        return None
    kept = slice(None) if filled.all() else filled
    types, starts = attributes.types[kept], attributes.behind[kept] + len(_OPENING)
    low = xml.words_at(starts)
    ends = _ends(xml, tags, starts, low)
    if bool((types == INLINE).any()) or bool((xml.words_at(ends) != _CLOSED).any()):
        return None
    return Filled(
        places.rows[kept], places.columns[kept], types, attributes.styles[kept], starts, ends, low
    )


def _named(xml: Xml, tags: Mask, letter: str) -> Positions:
    """Where the tags begin whose names begin with `letter`."""
    return np.flatnonzero(tags[:-1] & (xml.bytes_[1:] == ord(letter)))


def _ends(xml: Xml, tags: Mask, starts: Positions, low: Words) -> Positions:
    """Where the next tag begins: within a word, as a rule."""
    lengths = up_to_tag(low)
    ends = starts + lengths
    longer = np.flatnonzero(lengths == WORD)
    if len(longer):
        more = up_to_tag(xml.words_at(ends[longer]))
        ends[longer] += more
        longest = longer[more == WORD]
        if len(longest):
            positions = np.flatnonzero(tags)
            ends[longest] = positions[np.searchsorted(positions, starts[longest])]
    return ends
