"""Worksheets as frames of text: a column for each column of the sheet, a row for each row."""

from collections.abc import Iterable, Sequence
from functools import partial
from itertools import chain
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from discovery_dagster.domain.file_limits import Tally
from discovery_dagster.domain.readers.concurrency import map_in_order
from discovery_dagster.domain.readers.worksheet import Layout, Worksheet
from discovery_dagster.domain.readers.xlsx.cells import Cells, read_cells
from discovery_dagster.domain.readers.xlsx.layout import (
    hidden_columns,
    hidden_rows,
    merged_ranges,
)
from discovery_dagster.domain.readers.xlsx.package import Package, Part, Sheet
from discovery_dagster.domain.readers.xlsx.values import Context

_NOTHING: Final = 2**32 - 1  # beyond the number of any cell


def read_sheet(
    package: Package, sheet: Sheet, context: Context, cells: Tally, characters: Tally
) -> Worksheet:
    """Return the filled rectangle of `sheet` from its first row on; no rows when it is empty.

    Its cells and their bytes are counted with those of the sheets before it: many cells may hold
    one text.

    Raises:
        UnusualXmlError: when the sheet is written in another way than programs do.
        UnreadableFileError: `limit_exceeded`, when the rectangles or their texts are too large.
    """
    part = package.open(sheet)
    read = list(map_in_order(partial(read_cells, context=context), part.rows()))
    layout = _layout(sheet, part, (piece.hidden_rows for piece in read))
    pieces = [piece for piece in read if len(piece.rows)]
    if not pieces:
        return Worksheet(sheet.name, pl.DataFrame(), layout=layout)
    rows = np.concatenate([piece.rows for piece in pieces])
    columns = np.concatenate([piece.columns for piece in pieces])
    texts = pl.concat([context.shared, *(piece.own for piece in pieces)], rechunk=True)
    places = _places(pieces, len(context.shared))
    height, first, last = int(rows.max()), int(columns.min()), int(columns.max())
    cells.add(height * (last - first + 1))
    characters.add(int(texts.str.len_bytes().gather(places).sum() or 0))
    grid = np.full((last - first + 1) * height, _NOTHING, dtype=np.uint32)
    grid[(columns.astype(np.int64) - first) * height + rows - 1] = places
    in_columns = enumerate(grid.reshape(-1, height))
    frame = pl.DataFrame([_column(str(at), texts, cells) for at, cells in in_columns])
    return Worksheet(sheet.name, frame, first, layout)


def read_layout(package: Package, sheet: Sheet) -> Layout:
    """Return what the author of `sheet` hid and merged, without reading its cells.

    Raises:
        UnusualXmlError: when the sheet is written in another way than programs do.
    """
    part = package.open(sheet)
    return _layout(sheet, part, [hidden_rows(piece) for piece in part.rows()])


def _layout(sheet: Sheet, part: Part, rows: Iterable[tuple[int, ...]]) -> Layout:
    """The layout of a sheet whose rows were read."""
    return Layout(
        sheet.hidden,
        tuple(chain.from_iterable(rows)),
        hidden_columns(part.head),
        merged_ranges(part.behind()),
    )


def _places(pieces: Sequence[Cells], shared: int) -> npt.NDArray[np.uint32]:
    """Where the text of each cell stands among the shared ones and then those of all pieces."""
    placed, before = [], 0
    for piece in pieces:
        own = piece.places >= shared
        placed.append(piece.places + np.where(own, before, 0).astype(np.uint32))
        before += len(piece.own)
    return np.concatenate(placed)


def _column(name: str, texts: pl.Series, places: npt.NDArray[np.uint32]) -> pl.Series:
    """The texts at `places`, null where there is none."""
    in_rows = pl.Series(places)
    if bool((places == _NOTHING).any()):
        in_rows = in_rows.set(in_rows == _NOTHING, None)
    return texts.gather(in_rows).alias(name)
