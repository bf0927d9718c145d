"""Values that lost against another source's, each beside the one that was chosen."""

from typing import Final

import polars as pl

from discovery_dagster.domain.identity.agreement import differing
from discovery_dagster.domain.identity.merging import SCALARS, field_group
from discovery_dagster.reference import load

#: Behind the name of a field: what was chosen.
_CHOSEN: Final = "_chosen"
_PLACE: Final = ("file", "sheet", "line")


def find_conflicts(ranked: pl.DataFrame, merged: pl.DataFrame) -> pl.DataFrame:
    """Find the fields on which the records of one thing differ.

    Args:
        ranked: as `merging.rank` returns.
        merged: as `merging.merge` returns.

    Returns:
        `cluster, field, value, file, sheet, line, chosen`: for each conflict one row for the chosen
        value and one for each other one, at the first record that has it, by cluster and field.
    """
    excluded = load("precedence")["not_conflicting"]
    fields = [field for field in (*SCALARS, "declared_type") if field not in excluded]
    winners = merged.select(
        "cluster", pl.col(fields).name.suffix(_CHOSEN), memory=pl.col("memory_gb")
    )
    several = ranked.filter(pl.col("record").len().over("cluster") > 1)
    several = several.join(winners, on="cluster", maintain_order="left")
    conflicts = [_of_field(field, several) for field in fields]
    text = pl.lit("")
    none = several.clear().select(
        "cluster", text.alias("field"), text.alias("value"), *_PLACE, chosen=pl.lit(value=True)
    )
    return pl.concat([none, *(rows for rows in conflicts if rows is not None)]).sort(
        "cluster", "field", "chosen", "value", descending=[False, False, True, False]
    )


def _of_field(field: str, several: pl.DataFrame) -> pl.DataFrame | None:
    """The rows of a field; nothing where all sources agree, as most do."""
    lost = several.filter(pl.col(field) != pl.col(f"{field}{_CHOSEN}"))["cluster"].unique()
    if lost.is_empty():
        return None
    order = field_group(field)
    wins = pl.col("value") == pl.col("winner")
    held = (
        several.filter(pl.col("cluster").is_in(lost.implode()))
        .select(
            "cluster", "record", order, *_PLACE, "memory", value=field, winner=f"{field}{_CHOSEN}"
        )
        .drop_nulls("value")
        .sort("cluster", order)
    )
    contested = held.with_columns(differing(field, held).alias("differs"), chosen=wins).filter(
        pl.col("differs").any().over("cluster"), pl.col("differs") | pl.col("chosen")
    )
    return contested.unique(["cluster", "value"], keep="first", maintain_order=True).select(
        "cluster", pl.lit(field).alias("field"), pl.col("value").cast(pl.String), *_PLACE, "chosen"
    )
