"""Records of observations: each thing that they name, once."""

from typing import Final

import polars as pl

from discovery_dagster.domain.canonical.accounts import SKIPPED
from discovery_dagster.domain.canonical.cells import TableCells

_NAMES: Final = ("name", "hostname", "fqdn")
_OBSERVER: Final = ("source_record", "target_record")
_REASON: Final = "It is an observation that names no thing."


def nameless(cells: TableCells, called: pl.Series) -> pl.DataFrame:
    """Return the observations that name no thing, as `SKIPPED`.

    Args:
        cells: of all observations of a table.
        called: whether each has something in a column that may name it and is not used.
    """
    written = [cells.written[name] for name in _NAMES if name in cells.written.columns]
    named = pl.any_horizontal(pl.lit(False), *(pl.lit(each.is_not_null()) for each in written))
    records = cells.frame.select("row").filter(~named & ~pl.lit(called))
    return (
        records.with_columns(reason=pl.lit(_REASON))
        .select(list(SKIPPED))
        .with_columns(pl.col("row").cast(pl.UInt32))
    )


def one_each(assets: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return one record a thing, with what its observations say of it together.

    Args:
        assets: as `build_assets` returns them, one row per observation.

    Returns:
        The same columns, a row a name in the order in which each is first named; and the `row` of
        each observation with the `first` one of its thing.
    """
    key = pl.col("name").str.to_lowercase().alias("key")
    keyed = assets.with_columns(key)
    values = [name for name in assets.columns if name not in ("row", "line")]
    merged = keyed.group_by("key", maintain_order=True).agg(
        pl.col("row", "line").first(),
        *(
            pl.col(name).explode().drop_nulls().unique(maintain_order=True)
            if isinstance(assets.schema[name], pl.List)
            else pl.col(name).drop_nulls().first()
            for name in values
        ),
    )
    firsts = keyed.select("row", first=pl.col("row").first().over("key"))
    return merged.select(assets.columns).cast(assets.schema), firsts


def of_things(references: pl.DataFrame, firsts: pl.DataFrame) -> pl.DataFrame:
    """Return each relation that observations state of a thing once.

    Args:
        references: as `build_references` returns them, of all observations.
        firsts: as `one_each`.
    """
    known = firsts.rename({"row": "of", "first": "kept"})
    for end in _OBSERVER:
        joined = references.join(
            known, left_on=end, right_on="of", how="left", maintain_order="left"
        )
        references = joined.with_columns(pl.col("kept").alias(end)).drop("kept")
    apart = [name for name in references.columns if name not in ("row", "line")]
    return references.unique(apart, keep="first", maintain_order=True)
