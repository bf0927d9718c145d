"""Which rows of a frame differ from those that were published before, place by place."""

from pathlib import Path
from typing import Final

import polars as pl

#: Of the rows, the share up to which those that differ are written alone. To delete and insert a
#: row by its number costs about what it costs in a whole table.
_FEW: Final = 0.5


def height(stored: Path) -> int:
    """Return how many rows a Parquet file has."""
    return int(pl.scan_parquet(stored).select(pl.len()).collect().item())


def changed_rows(stored: Path, frame: pl.DataFrame) -> pl.Series | None:
    """Mark the rows that differ from the row of the same number in a Parquet file.

    Column by column, so that the file is never in memory as a whole.

    Returns:
        A truth value for each row of `frame`; None when most differ, or the columns do.
    """
    if pl.read_parquet_schema(stored) != frame.schema:
        return None
    both = min(height(stored), frame.height)
    differs = pl.repeat(False, both, dtype=pl.Boolean, eager=True)
    for name in frame.columns:
        before = pl.read_parquet(stored, columns=[name], n_rows=both)[name]
        differs |= before.ne_missing(frame[name].head(both))
    added = pl.repeat(True, frame.height - both, dtype=pl.Boolean, eager=True)
    changed = pl.concat([differs, added]).alias("changed")
    return changed if changed.sum() <= frame.height * _FEW else None
