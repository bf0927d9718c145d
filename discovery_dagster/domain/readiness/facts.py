"""Facts that readiness and sizes are judged by, each with the cell that it stands on.

Which facts there are, and which columns say them, is data (`readiness.yaml`).
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import polars as pl

from discovery_dagster.reference import load

#: One row per asset and fact; `value` as written, in the cell of `column` there.
FACTS: Final = {
    "asset_id": pl.String(),
    "fact": pl.String(),
    "value": pl.String(),
    "column": pl.String(),
    "file": pl.String(),
    "sheet": pl.String(),
    "line": pl.UInt32(),
}
_PLACE: Final = ("file", "sheet", "line")


def gather(assets: pl.DataFrame, records: pl.DataFrame, members: pl.DataFrame) -> pl.DataFrame:
    """Return the facts of assets.

    Args:
        assets: `CLASSIFIED_ASSETS`, those that are judged.
        records: `ASSET_RECORDS`.
        members: `INVENTORY_MEMBERS`.

    Returns:
        `FACTS`, one row per asset and fact. A fact that a person decided stands in no cell.
    """
    rules = load("readiness")
    measures = rules["sizing"]["measures"]
    own = members.select("asset_id", "record").join(
        assets.select("asset_id"), on="asset_id", how="semi"
    )
    held = own.join(records, on="record").sort("asset_id", "record")
    columns = {name: fact["columns"] for name, fact in rules["facts"].items() if "columns" in fact}
    fields = {name: fact for name, fact in rules["facts"].items() if "field" in fact}
    stated = _stated(held, {**columns, **measures})
    of_fields = [_of_field(assets, held, name, fact) for name, fact in fields.items()]
    return pl.concat([stated, *of_fields]).sort("asset_id", "fact")


def _stated(held: pl.DataFrame, columns: Mapping[str, Sequence[str]]) -> pl.DataFrame:
    """What columns say of which no field is made."""
    written = held.select("asset_id", *_PLACE, "custom").drop_nulls("custom")
    parts = []
    for name, headers in columns.items():
        # `custom` is an object of texts; a quotation mark in one is never part of such a fact.
        pair = rf'(?i)"({"|".join(map(_spelled, headers))})":"([^"\\]+)"'
        parts.append(
            written.select(
                "asset_id",
                *_PLACE,
                fact=pl.lit(name),
                value=pl.col("custom").str.extract(pair, 2),
                column=pl.col("custom").str.extract(pair, 1),
            ).drop_nulls("value")
        )
    every = pl.concat([pl.DataFrame(schema=FACTS), *(part.select(list(FACTS)) for part in parts)])
    return every.unique(["asset_id", "fact"], keep="first", maintain_order=True)


def _spelled(header: str) -> str:
    """A pattern of a header, whatever stands between its words."""
    return "[ _.-]*".join(map(re.escape, re.split(r"[ ._-]+", header)))


def _of_field(
    assets: pl.DataFrame, held: pl.DataFrame, name: str, fact: Mapping[str, Any]
) -> pl.DataFrame:
    """What a column of the assets says, and the cell that it is read from.

    That is a cell of the first of `cells` that any record has; first the one that was believed.
    """
    if "families" in fact:
        assets = assets.filter(pl.col("os_family").is_in(fact["families"]))
    value = pl.col(fact["field"]).cast(pl.String)
    if "version" in fact:
        version = pl.col(fact["version"])
        added = version.is_not_null() & ~value.str.ends_with(version)
        value = pl.when(added).then(pl.concat_str(value, version, separator=" ")).otherwise(value)
    values = assets.select("asset_id", fact=pl.lit(name), value=value).drop_nulls("value")
    parts = [
        held.filter(pl.col(cell).is_not_null())
        .join(_believed(assets, cell), on="asset_id", how="left", maintain_order="left")
        .sort((pl.col(cell) != pl.col("believed")).fill_null(value=True), maintain_order=True)
        .select("asset_id", *_PLACE, column=pl.lit(cell))
        for cell in fact["cells"]
    ]
    first = pl.concat(parts).unique("asset_id", keep="first", maintain_order=True)
    joined = values.join(first, on="asset_id", how="left")
    columns = joined.with_columns(pl.col("column").fill_null(fact["cells"][0]))
    return columns.select(list(FACTS)).cast(pl.Schema(FACTS))


def _believed(assets: pl.DataFrame, cell: str) -> pl.DataFrame:
    """What the asset has of a cell, as written."""
    written = f"{cell}_text" if f"{cell}_text" in assets.columns else cell
    return assets.select("asset_id", believed=pl.col(written).cast(pl.String))
