"""Edges that appeared, were not seen again, or are known otherwise than before."""

from typing import Final

import polars as pl

from discovery_dagster.domain.changes.sources import seen_again
from discovery_dagster.domain.changes.values import APPEARED, changed_fields
from discovery_dagster.domain.tables import Edges
from discovery_dagster.domain.tables.words import Changed

#: What an edge is by, whatever its ends are called: their ids, or the endpoints as written.
_KEYS: Final = ["from", "to", "relation", "port", "protocol"]
_ENDPOINTS: Final = ["source", "source_id", "target", "target_id"]


def changes(before: Edges, after: Edges, here: pl.DataFrame) -> pl.DataFrame:
    """Compare edges by their ends, relation, port and protocol.

    Args:
        before: `EDGES`.
        after: likewise.
        here: as `sources.present_tables` gives it.

    Returns:
        Columns of `SESSION_CHANGES`: `asset_id` and `name` are of the source.
    """
    old, new = _keyed(before), _keyed(after)
    columns = [*_KEYS, *_ENDPOINTS]
    appeared = new.join(old, on=_KEYS, how="anti", nulls_equal=True)
    disappeared = old.join(new, on=_KEYS, how="anti", nulls_equal=True)
    evidence = disappeared.explode("evidence").select(
        *_KEYS,
        *(pl.col("evidence").struct.field(part).alias(part) for part in ("file", "sheet")),
    )
    lost = disappeared.join(
        seen_again(evidence, here, _KEYS), on=_KEYS, how="left", nulls_equal=True
    )
    parts = [
        appeared.select(*columns, change=pl.lit(APPEARED)),
        lost.select(*columns, "change"),
        changed_fields(old, new, _KEYS, ["status"], _ENDPOINTS),
    ]
    return (
        pl.concat(parts, how="diagonal")
        .rename({"source": "name", "source_id": "asset_id"})
        .drop("from", "to")
        .with_columns(what=pl.lit(Changed.EDGE))
    )


def _keyed(edges: Edges) -> pl.DataFrame:
    keyed = edges.with_columns(
        pl.coalesce("source_id", "source").alias("from"),
        pl.coalesce("target_id", "target").alias("to"),
    )
    # Two endpoints may be written alike except for what was dropped on the way; one edge stands.
    ordered = keyed.sort(*_KEYS, "status", "source", "target")
    return ordered.unique(_KEYS, keep="first", maintain_order=True)
