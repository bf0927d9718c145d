"""The cells of a piece of a worksheet: where each stands, and what it holds as text."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from discovery_dagster.domain.readers.xlsx.attributes import (
    FORMULA,
    INLINE,
    STRING,
    Types,
    read_attributes,
)
from discovery_dagster.domain.readers.xlsx.layout import hidden_rows
from discovery_dagster.domain.readers.xlsx.places import read_places
from discovery_dagster.domain.readers.xlsx.plain import plain_cells
from discovery_dagster.domain.readers.xlsx.scanning import (
    Numbers,
    Positions,
    UnusualXmlError,
    Xml,
)
from discovery_dagster.domain.readers.xlsx.tags import Tags
from discovery_dagster.domain.readers.xlsx.texts import text_spans, text_tags
from discovery_dagster.domain.readers.xlsx.values import Context, Filled, read_values

#: What may follow `<f`: the formula, attributes, or nothing (of a formula that cells share).
_BEHIND_FORMULA: Final = tuple(b"> /")


@dataclass(frozen=True)
class Cells:
    """Filled cells in any order; rows and columns count from 1.

    `places` are those of their texts, among the shared ones and then `own`; `hidden_rows` are the
    numbers of hidden rows, filled or not.
    """

    rows: npt.NDArray[np.uint32]
    columns: npt.NDArray[np.uint16]
    places: npt.NDArray[np.uint32]
    own: pl.Series
    hidden_rows: tuple[int, ...]


def read_cells(data: bytes, context: Context) -> Cells:
    """Read the filled cells of `data`, whole rows of a sheet with `SLACK` zero bytes behind.

    Raises:
        UnusualXmlError: when the sheet is written in another way than programs do.
    """
    xml = Xml.of(data)
    filled = plain_cells(xml) or _cells_among_tags(xml)
    places, own = read_values(xml, filled, context)
    return Cells(
        filled.rows.astype(np.uint32),
        filled.columns.astype(np.uint16),
        places,
        own,
        hidden_rows(data),
    )


def _cells_among_tags(xml: Xml) -> Filled:
    """Find the filled cells of a piece that also has formulas, or texts inside of cells."""
    tags = Tags.of(xml)
    rows = (tags.first == ord("r")) & (tags.second == ord("o"))
    cells = (tags.first == ord("c")) & (tags.second == ord(" "))
    if bool(((tags.first == ord("c")) & (tags.second == ord(">"))).any()):
        raise UnusualXmlError("a cell that does not say where it stands")
    places = read_places(xml, tags.begins(rows), tags.begins(cells))
    attributes = read_attributes(xml, places.behind)
    values = (tags.first == ord("v")) & (tags.second == ord(">"))
    of_cell = np.cumsum(cells, dtype=np.int32) - 1
    filled, starts, ends = _spans(tags, values, of_cell, attributes.types)
    if len(filled) and int(np.bincount(filled).max()) > 1:
        raise UnusualXmlError("a cell with several values")
    types = attributes.types
    valued = filled[(starts != ends) | (types[filled] == STRING)]
    uncalculated, begins = _formulas_without_value(tags, of_cell, valued)
    if len(uncalculated):
        types[uncalculated] = FORMULA
        kept = ~np.isin(filled, uncalculated)
        filled = np.concatenate([filled[kept], uncalculated])
        starts = np.concatenate([starts[kept], begins])
        ends = np.concatenate([ends[kept], begins])
    return Filled(
        places.rows[filled],
        places.columns[filled],
        types[filled],
        attributes.styles[filled],
        starts,
        ends,
        xml.words_at(starts),
    )


def _formulas_without_value(
    tags: Tags, of_cell: Numbers, valued: Numbers
) -> tuple[Numbers, Positions]:
    """The cells that have a formula and no stored value, and where their formulas begin.

    An empty text is a value: programs that calculate write it with the type of texts.

    Args:
        tags: of the piece.
        of_cell: the number of the cell that each tag is in, -1 before the first.
        valued: the numbers of the cells that have a value.
    """
    chosen = np.flatnonzero(tags.first == ord("f"))
    chosen = chosen[np.isin(tags.second[chosen], _BEHIND_FORMULA) & (of_cell[chosen] >= 0)]
    cells, first = np.unique(of_cell[chosen], return_index=True)
    without = ~np.isin(cells, valued)
    return cells[without], tags.begins(chosen[first[without]])


def _spans(
    tags: Tags, values: npt.NDArray[np.bool_], of_cell: Numbers, types: Types
) -> tuple[Numbers, Positions, Positions]:
    """The filled cells, and where the texts of their values begin and end."""
    chosen = np.flatnonzero(values)
    filled, starts = of_cell[chosen], tags.begins(chosen) + len("<v>")
    ends = tags.ends(chosen, "v")
    inline = np.flatnonzero(types == INLINE)
    if len(inline):
        texts = text_tags(tags)
        texts &= types[np.clip(of_cell, 0, None)] == INLINE
        inside = np.flatnonzero(texts & (of_cell >= 0))
        begun, ended = text_spans(tags, inside)
        filled = np.concatenate([filled, of_cell[inside]])
        starts = np.concatenate([starts, begun])
        ends = np.concatenate([ends, ended])
    return filled, starts, ends
