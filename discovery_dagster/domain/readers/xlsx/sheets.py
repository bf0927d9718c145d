"""Worksheets as frames of text: a column for each column of the sheet, a row for each row."""

from functools import partial
from itertools import pairwise

import numpy as np
import polars as pl

from discovery_dagster.domain.readers.limits import Limits, check_limit
from discovery_dagster.domain.readers.xlsx.cells import Context, read_cells
from discovery_dagster.domain.readers.xlsx.package import Package, Sheet
from discovery_dagster.domain.readers.xlsx.turns import in_turn


def read_sheet(
    package: Package, sheet: Sheet, context: Context, name: str, limits: Limits
) -> pl.DataFrame:
    """Return the filled rectangle of `sheet` from its first row on; no rows when it is empty.

    Raises:
        UnusualXmlError: when the sheet is written in another way than programs do.
        UnreadableFileError: `limit_exceeded`, when the rectangle is too large.
    """
    read = in_turn(partial(read_cells, context=context), package.rows(sheet))
    pieces = [piece for piece in read if len(piece.rows)]
    if not pieces:
        return pl.DataFrame()
    rows = np.concatenate([piece.rows for piece in pieces])
    columns = np.concatenate([piece.columns for piece in pieces])
    texts = pl.concat([piece.texts for piece in pieces], rechunk=True)
    height, first, last = int(rows.max()), int(columns.min()), int(columns.max())
    check_limit(name, "cells a sheet", height * (last - first + 1), limits.sheet_cells)
    order = np.argsort(columns, kind="stable")
    bounds = np.searchsorted(columns[order], np.arange(first, last + 2))
    return pl.DataFrame(
        [
            _column(str(at), texts, rows, order[begin:end], height)
            for at, (begin, end) in enumerate(pairwise(bounds))
        ]
    )


def _column(
    name: str, texts: pl.Series, rows: np.ndarray, cells: np.ndarray, height: int
) -> pl.Series:
    """The texts of the cells with these numbers, each in its row; the others are null."""
    source = np.full(height, -1, dtype=np.int64)
    source[rows[cells] - 1] = cells
    places = pl.Series(source)
    return texts.gather(places.set(places < 0, None).cast(pl.UInt32)).alias(name)
