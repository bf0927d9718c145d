"""Records that state several relations at once: each source with each target, at each port.

A firewall rule is such. What it names beside single hosts (any, a subnet, a group) is no end of a
dependency; a rule that names nothing else says nothing of who needs whom.
"""

from dataclasses import replace
from typing import Final

import polars as pl

from discovery_dagster.domain.canonical.accounts import SKIPPED
from discovery_dagster.domain.canonical.cells import TableCells
from discovery_dagster.domain.values.networks import host_of, name_many

_SIDES: Final = {"sources": "source", "targets": "target"}
_MOST: Final = 10_000  # pairs of one record


def part_ends(cells: TableCells) -> tuple[TableCells, pl.DataFrame]:
    """Repeat each record for each pair of its single ends.

    Returns:
        The cells with `source` and `target` instead of `sources` and `targets`, and the records
        that have no such pair or too many, as `SKIPPED`.
    """
    if not _SIDES.keys() <= set(cells.frame.columns):
        return cells, pl.DataFrame(schema=SKIPPED)
    frame = cells.frame.with_columns(_single(cells.frame, name) for name in _SIDES)
    pairs = pl.col("sources").list.len().cast(pl.Int64) * pl.col("targets").list.len()
    none = pl.lit("One of its ends is any, a network or a group, not one thing.")
    many = pl.lit(f"It names more than {_MOST:,} pairs, which says nothing of who needs whom.")
    skipped = frame.filter((pairs == 0) | (pairs > _MOST)).select(
        "row", pl.when(pairs == 0).then(none).otherwise(many).alias("reason")
    )
    parted = frame.filter(pairs.is_between(1, _MOST)).explode("sources").explode("targets")
    parted = parted.rename(_SIDES)
    written = parted.select("row", "line", *_SIDES.values())
    return replace(cells, frame=parted, written=written), skipped


def part_ports(cells: TableCells) -> TableCells:
    """Repeat each record for each of its ports; one without a port stays as it is."""
    if "port" not in cells.frame.columns:
        return cells
    parted = cells.frame.with_row_index("at").explode("port", empty_as_null=True)
    written = cells.written[parted["at"]]
    return replace(cells, frame=parted.drop("at"), written=written)


def _single(frame: pl.DataFrame, name: str) -> pl.Series:
    """The single things among the ends of each record."""
    ends = frame.select("row", pl.col(name)).explode(name).drop_nulls()
    ends = ends.filter(~name_many(ends[name]))
    ends = ends.with_columns(host_of(ends[name]))
    grouped = ends.group_by("row", maintain_order=True).agg(name)
    joined = frame.select("row").join(grouped, on="row", how="left", maintain_order="left")
    return joined[name].fill_null(pl.Series([[]], dtype=pl.List(pl.String)))
