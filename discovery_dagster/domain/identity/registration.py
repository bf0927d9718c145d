"""Which asset of the engagement a cluster is: the id it is known by, or a new one.

Ids are derived from engagement and identifier, never drawn, so that the same files give the same
ids. The register itself is the store's.
"""

from collections.abc import Mapping
from uuid import UUID, uuid5

import polars as pl

#: Namespace of asset ids (RFC 9562, version 5).
NAMESPACE = UUID("6b0c8f5e-0d5f-5c8a-9a36-3f7d1f3d8a54")


def to_register(owned: pl.DataFrame, facts: pl.DataFrame) -> pl.DataFrame:
    """Return what a later session may find each cluster by.

    An identifier that two clusters have is nobody's. Where the domain is known, the host name is
    registered as `qualified`, so that a thing of another domain does not find this one by it.

    Args:
        owned: `cluster, identifier, strength`.
        facts: `cluster, qualified`.
    """
    single = owned.filter(pl.col("cluster").n_unique().over("identifier") == 1)
    joined = single.join(facts, on="cluster")
    return joined.select(
        "cluster",
        pl.when("qualified")
        .then(qualified("identifier"))
        .otherwise("identifier")
        .alias("identifier"),
        "strength",
    )


def qualified(column: str) -> pl.Expr:
    """Return the identifier under which a thing of known domain registers its host name."""
    return pl.col(column).str.replace("^name:", "qualified:")


def assign(
    engagement: str,
    clusters: pl.DataFrame,
    owned: pl.DataFrame,
    facts: pl.DataFrame,
    known: Mapping[str, str],
) -> pl.DataFrame:
    """Give each cluster an asset id: the one known by its strongest known identifier, or a new one.

    Two clusters never share an id: the stronger claim keeps it.

    Args:
        engagement: its key.
        clusters: `cluster, fallback`, the identifier of a cluster that has none of its own.
        owned: `cluster, identifier, strength`.
        facts: `cluster, qualified`, as for `to_register`.
        known: asset ids by identifiers that earlier sessions registered.

    Returns:
        `cluster, asset_id`.
    """
    single = owned.filter(pl.col("cluster").n_unique().over("identifier") == 1)
    # A thing without a known domain may be one whose domain an earlier session knew.
    bare = single.join(facts.filter(~pl.col("qualified")), on="cluster", how="semi")
    wanted = pl.concat([single, bare.with_columns(qualified("identifier"))]).unique()
    register = pl.DataFrame(
        {"identifier": list(known), "asset_id": list(known.values())},
        schema={"identifier": pl.String, "asset_id": pl.String},
    )
    claims = _strongest_first(wanted.join(register, on="identifier"))
    claims = claims.unique("cluster", keep="first", maintain_order=True)
    kept = claims.unique("asset_id", keep="first", maintain_order=True).select(
        "cluster", "asset_id"
    )
    new = clusters.join(kept, on="cluster", how="anti").join(
        _strongest_first(single).unique("cluster", keep="first"), on="cluster", how="left"
    )
    identifiers = new.select(pl.coalesce("identifier", "fallback")).to_series()
    taken = set(kept["asset_id"])
    derived = [_derive(f"{engagement}/{identifier}", taken) for identifier in identifiers]
    fresh = new.select("cluster", pl.Series("asset_id", derived, dtype=pl.String))
    return pl.concat([kept, fresh])


def _strongest_first(identified: pl.DataFrame) -> pl.DataFrame:
    return identified.sort("strength", "identifier", "cluster", descending=[True, False, False])


def _derive(text: str, taken: set[str]) -> str:
    made = str(uuid5(NAMESPACE, text))
    # A thing that lost its first id to a stronger claim gets one of its own.
    return str(uuid5(NAMESPACE, f"{text}/apart")) if made in taken else made
