"""Which asset of the engagement a cluster is: the id it is known by, or a new one.

Ids are derived from engagement and identifier, never drawn, so that the same files give the same
ids. The register itself is the store's.
"""

from collections.abc import Collection, Mapping
from typing import Final
from uuid import UUID, uuid5

import polars as pl

from discovery_dagster.domain.decisions.identity import AMBIGUOUS
from discovery_dagster.reference import load

#: Namespace of asset ids (RFC 9562, version 5).
NAMESPACE = UUID("6b0c8f5e-0d5f-5c8a-9a36-3f7d1f3d8a54")

#: What stands before a name in the reasons for an id that was found by it alone.
REGISTERED: Final = "registered:"


def to_register(owned: pl.DataFrame, facts: pl.DataFrame) -> pl.DataFrame:
    """Return what a later session may find each cluster by.

    An identifier that two clusters have identifies neither. Where the domain is known, the host
    name is registered as `qualified`, so that a thing of another domain does not find this one by
    it.

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


def of_any_kind(identified: pl.DataFrame) -> pl.DataFrame:
    """Return what a thing of unknown kind may be registered as: its name, of each kind.

    Args:
        identified: with `identifier`; names of a known kind, and all else, are left out.
    """
    rules = load("identifiers")
    grouped = {kind for kinds in rules["kinds"].values() for kind in kinds}
    single = set(load("vocabulary")["asset_types"]) - grouped - set(rules["untyped"])
    kinds = pl.DataFrame({"kind": sorted({*rules["kinds"], *single})})
    unknown = identified.filter(pl.col("identifier").str.starts_with("name:|"))
    named = unknown.join(kinds, how="cross").with_columns(
        identifier=pl.concat_str(
            pl.lit("name:"), "kind", pl.col("identifier").str.strip_prefix("name:")
        )
    )
    return pl.concat([named, named.with_columns(qualified("identifier"))]).drop("kind")


def several(column: str) -> pl.Expr:
    """Return the identifier that says that several assets bear a name; other ones unchanged."""
    return pl.col(column).str.replace("^(?:name|qualified):", AMBIGUOUS)


def assign(
    engagement: str,
    clusters: pl.DataFrame,
    owned: pl.DataFrame,
    facts: pl.DataFrame,
    known: Mapping[str, str],
    banned: Collection[str] = (),
) -> pl.DataFrame:
    """Give each cluster an asset id: the one known by its strongest known identifier, or a new one.

    Two clusters never share an id: the stronger claim keeps it. A thing of unknown kind that no
    identifier of its own is known by is the asset that alone bears its name, of whatever kind.

    Args:
        engagement: its key.
        clusters: `cluster, fallback`, the identifier of a cluster that has none of its own.
        owned: `cluster, identifier, strength`.
        facts: `cluster, qualified`, as for `to_register`.
        known: asset ids by identifiers that earlier sessions registered.
        banned: what a person decided not to join things by.

    Returns:
        `cluster`, `asset_id` and `by_name`, the name by which the asset was found where only that
        identified it.
    """
    single = owned.filter(pl.col("cluster").n_unique().over("identifier") == 1)
    # A thing without a known domain may be one whose domain an earlier session knew.
    bare = single.join(facts.filter(~pl.col("qualified")), on="cluster", how="semi")
    wanted = pl.concat([single, bare.with_columns(qualified("identifier"))]).unique()
    register = pl.DataFrame(
        {"identifier": list(known), "asset_id": list(known.values())},
        schema={"identifier": pl.String, "asset_id": pl.String},
    )
    ambiguous = (
        register["identifier"].filter(register["identifier"].str.starts_with(AMBIGUOUS)).implode()
    )
    claims = _claims(wanted, register, ambiguous).with_columns(by_name=pl.lit(None, pl.String))
    by_name = _claims(of_any_kind(single), register, ambiguous).with_columns(
        by_name=REGISTERED + pl.col("identifier"), strength=pl.lit(0, pl.Int32)
    )
    by_name = by_name.join(claims, on="cluster", how="anti").filter(
        pl.col("asset_id").n_unique().over("cluster") == 1,
        ~pl.col("by_name").is_in(list(banned)).any().over("cluster"),
    )
    claims = _strongest_first(pl.concat([claims, by_name.select(claims.columns)]))
    claims = claims.unique("cluster", keep="first", maintain_order=True)
    kept = claims.unique("asset_id", keep="first", maintain_order=True).select(
        "cluster", "asset_id", "by_name"
    )
    new = clusters.join(kept, on="cluster", how="anti").join(
        _strongest_first(single).unique("cluster", keep="first"), on="cluster", how="left"
    )
    identifiers = new.select(pl.coalesce("identifier", "fallback")).to_series()
    taken = set(kept["asset_id"])
    derived = [_derive(f"{engagement}/{identifier}", taken) for identifier in identifiers]
    fresh = new.select(
        "cluster",
        pl.Series("asset_id", derived, dtype=pl.String),
        pl.lit(None, pl.String).alias("by_name"),
    )
    return pl.concat([kept, fresh])


def names_of_several(
    registered: pl.DataFrame, owned: pl.DataFrame, known: Mapping[str, str]
) -> pl.DataFrame:
    """Return, as identifiers to be registered, names of hosts that other hosts are known by.

    An asset that the thing also has another identifier of is no other one: it was two before.

    Args:
        registered: `cluster, identifier, asset_id` that this session registers.
        owned: `cluster, identifier`.
        known: asset ids by identifiers that earlier sessions registered.

    Returns:
        `identifier, asset_id`.
    """
    other = pl.col("identifier").replace_strict(known, default=None, return_dtype=pl.String)
    by_domain = registered.filter(pl.col("identifier").str.starts_with("qualified:"))
    taken = by_domain.with_columns(other=other).filter(pl.col("other") != pl.col("asset_id"))
    claimed = (
        owned.join(taken, on="cluster", how="semi").select("cluster", other=other).drop_nulls()
    )
    apart = taken.join(claimed, on=["cluster", "other"], how="anti")
    return apart.select(several("identifier"), "asset_id")


def _claims(wanted: pl.DataFrame, register: pl.DataFrame, ambiguous: pl.Series) -> pl.DataFrame:
    """The assets that identifiers are known to mean, without names that several assets bear."""
    claims = wanted.join(register, on="identifier")
    return claims.filter(~several("identifier").is_in(ambiguous))


def _strongest_first(identified: pl.DataFrame) -> pl.DataFrame:
    return identified.sort("strength", "identifier", "cluster", descending=[True, False, False])


def _derive(text: str, taken: set[str]) -> str:
    derived = str(uuid5(NAMESPACE, text))
    # A thing that lost its first id to a stronger claim gets one of its own.
    return str(uuid5(NAMESPACE, f"{text}/apart")) if derived in taken else derived
