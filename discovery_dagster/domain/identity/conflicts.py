"""Values that lost against another source's, each beside the one that was chosen."""

import polars as pl

from discovery_dagster.domain.identity.agreement import differing
from discovery_dagster.domain.identity.merging import SCALARS, field_group
from discovery_dagster.reference import load


def find_conflicts(ranked: pl.DataFrame, merged: pl.DataFrame) -> pl.DataFrame:
    """Find the fields on which the records of one thing differ.

    Args:
        ranked: as `merging.rank` returns.
        merged: as `merging.merge` returns.

    Returns:
        `cluster, field, value, file, sheet, line, chosen`: for each conflict one row for the chosen
        value and one for each other one, at the first record that has it, by cluster and field.
    """
    ranked = ranked.filter(pl.col("record").len().over("cluster") > 1)
    excluded = load("precedence")["not_conflicting"]
    fields = [field for field in (*SCALARS, "declared_type") if field not in excluded]
    conflicts = [_of_field(field, ranked, merged) for field in fields]
    return pl.concat(conflicts).sort(
        "cluster", "field", "chosen", "value", descending=[False, False, True, False]
    )


def _of_field(field: str, ranked: pl.DataFrame, merged: pl.DataFrame) -> pl.DataFrame:
    order = field_group(field)
    chosen = merged.select("cluster", winner=field, memory="memory_gb")
    place = ["file", "sheet", "line"]
    held = ranked.select("cluster", "record", order, *place, value=field).drop_nulls("value")
    held = held.join(chosen, on="cluster").sort("cluster", order)
    wins = pl.col("value") == pl.col("winner")
    contested = held.with_columns(differing(field, held).alias("differs"), chosen=wins).filter(
        pl.col("differs").any().over("cluster"), pl.col("differs") | pl.col("chosen")
    )
    return contested.unique(["cluster", "value"], keep="first", maintain_order=True).select(
        "cluster", pl.lit(field).alias("field"), pl.col("value").cast(pl.String), *place, "chosen"
    )
