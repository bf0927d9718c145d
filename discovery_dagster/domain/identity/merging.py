"""The golden record of each asset: one row of attributes for all records of it.

Which value survives is decided by the precedence of its sources (survivorship). What lost is in
`conflicts`; which records belong together is decided in `clusters`.
"""

import json
from typing import Final

import polars as pl

from discovery_dagster.domain.names.hosts import borrowed_name
from discovery_dagster.domain.tables import ATTRIBUTES
from discovery_dagster.domain.values.software import recognise
from discovery_dagster.domain.values.states import outranking, state_of
from discovery_dagster.reference import load

LISTS: Final = [name for name, kind in ATTRIBUTES.items() if isinstance(kind, pl.List)]
SCALARS: Final = [name for name in ATTRIBUTES if name not in LISTS]
_TYPE: Final = ["declared_type", "declared_type_text"]
_TRANSLATIONS: Final = "translations"


def rank(members: pl.DataFrame) -> pl.DataFrame:
    """Add how far each record is believed: `measured`, `managed`, `other` (0 is the most).

    Args:
        members: rows in `ASSET_RECORDS` with their `cluster`.
    """
    rules = load("precedence")
    source = pl.col("format").str.split(".").list.first()
    filled = pl.sum_horizontal(
        pl.col(name).list.len() > 0 if name in LISTS else pl.col(name).is_not_null()
        for name in ATTRIBUTES
    )
    ranked = _with_names(members).with_columns(filled=filled.cast(pl.Int32))
    for kind, default in rules["default"].items():
        trust = source.replace_strict(
            {name: levels[kind] for name, levels in rules["trust"].items()},
            default=default,
            return_dtype=pl.Int32,
        )
        ranked = (
            ranked.with_columns(trust=trust)
            .sort("cluster", "detail", -pl.col("trust"), -pl.col("filled"), "record")
            .with_columns(pl.int_range(pl.len()).alias(kind))
        )
    return ranked.drop("filled", "trust")


def _with_names(members: pl.DataFrame) -> pl.DataFrame:
    """Blank names that only number the record where another record of the asset has a name."""
    borrowed = borrowed_name().fill_null(value=False)
    if not members.select(borrowed.any()).item():
        return members
    named = (pl.col("name").is_not_null() & ~borrowed).any().over("cluster")
    return members.with_columns(name=pl.when(~(borrowed & named)).then("name"))


def merge(ranked: pl.DataFrame) -> pl.DataFrame:
    """Merge the records of each cluster.

    Args:
        ranked: as `rank` returns.

    Returns:
        `cluster`, `records`, `declared_type`, `declared_type_text`, `translations` and
        `ATTRIBUTES`, by cluster.
    """
    alone = pl.col("record").len().over("cluster") == 1
    columns = ["cluster", "records", *_TYPE, _TRANSLATIONS, *ATTRIBUTES]
    single = ranked.filter(alone).with_columns(records=pl.lit(1, pl.UInt32)).select(columns)
    others = ranked.filter(~alone)
    if others.is_empty():
        return single.sort("cluster")
    return pl.concat([single, _merge_several(others).select(columns)]).sort("cluster")


def field_group(field: str) -> str:
    """Return the group of fields by whose trust the value of `field` is chosen."""
    groups: dict[str, list[str]] = load("precedence")["fields"]
    return next((group for group, fields in groups.items() if field in fields), "other")


def _merge_several(ranked: pl.DataFrame) -> pl.DataFrame:
    rules = load("precedence")
    merged = ranked.group_by("cluster").agg(pl.len().cast(pl.UInt32).alias("records"))
    for group in rules["default"]:
        fields = [field for field in SCALARS if field_group(field) == group]
        ordered = ranked.sort("cluster", group)
        if "os_name" in fields:
            ordered = _precise(ordered)
        for follower, leader in rules["together"].items():
            if follower in fields:
                ordered = _agreeing(ordered, follower, leader)
        if "status" in fields:
            ordered = _outranking(ordered)
        values = ordered.group_by("cluster").agg(pl.col(fields).drop_nulls().first())
        merged = merged.join(values, on="cluster")
    listed = ranked.sort("cluster", "measured").group_by("cluster")
    lists = listed.agg(
        pl.col(*LISTS, _TRANSLATIONS).explode().drop_nulls().unique(maintain_order=True)
    )
    return (
        merged.join(lists, on="cluster").join(_types(ranked), on="cluster").pipe(_customs, ranked)
    )


def _precise(ordered: pl.DataFrame) -> pl.DataFrame:
    """Blank systems without a version where another record names that of the same product.

    A hypervisor knows the system that a machine was configured for, such as "2016 or later".
    """
    texts = ordered.select(text="os_name", version_text="os_version")
    known = recognise(texts).select(known_product="product", known_version="version")
    joined = pl.concat([ordered, known], how="horizontal")
    named = pl.col("known_product").filter(pl.col("os_name").is_not_null())
    same = pl.col("known_product") == named.first().over("cluster")
    precise = (same & pl.col("known_version").is_not_null()).fill_null(value=False)
    rough = precise.any().over("cluster") & same & pl.col("known_version").is_null()
    kept = pl.when(~rough.fill_null(value=False)).then("os_name")
    return joined.with_columns(os_name=kept).drop("known_product", "known_version")


def _agreeing(ordered: pl.DataFrame, follower: str, leader: str) -> pl.DataFrame:
    """Blank `follower` where the record's `leader` is another one than the chosen."""
    text = pl.col(leader).str.to_lowercase()
    chosen = text.drop_nulls().first().over("cluster")
    return ordered.with_columns(pl.when(text.is_null() | (text == chosen)).then(follower))


def _outranking(ordered: pl.DataFrame) -> pl.DataFrame:
    """Let a status that takes a thing out of service stand in the place of the others."""
    marked = ordered.with_columns(outranking=outranking(state_of(ordered["status"])))
    retired = pl.when("outranking").then("status").drop_nulls().first().over("cluster")
    return marked.with_columns(status=pl.coalesce(retired, "status")).drop("outranking")


def _types(ranked: pl.DataFrame) -> pl.DataFrame:
    """The most specific type that a record states, and the words of that record."""
    order = {name: at for at, name in enumerate(load("precedence")["specificity"])}
    specificity = pl.col("declared_type").replace_strict(order, default=None, return_dtype=pl.Int32)
    ordered = ranked.sort("cluster", specificity, "measured", nulls_last=True)
    return ordered.group_by("cluster").agg(pl.col(_TYPE).first())


def _customs(merged: pl.DataFrame, ranked: pl.DataFrame) -> pl.DataFrame:
    """Unite the custom attributes of sources that have different ones.

    JSON objects whose keys differ from row to row have no frame type: they are united one by one.
    """
    ordered = ranked.sort("cluster", "other").drop_nulls("custom").group_by("cluster")
    texts = ordered.agg(pl.col("custom").unique(maintain_order=True))
    differing = texts.filter(pl.col("custom").list.len() > 1)
    united = pl.Series("united", map(_unite, differing["custom"].to_list()), dtype=pl.String)
    united_rows = differing.select("cluster", united)
    joined = merged.join(united_rows, on="cluster", how="left", maintain_order="left")
    return joined.with_columns(pl.coalesce("united", "custom").alias("custom")).drop("united")


def _unite(texts: list[str]) -> str:
    united: dict[str, object] = {}
    for text in reversed(texts):
        united |= json.loads(text)
    return json.dumps(united, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
