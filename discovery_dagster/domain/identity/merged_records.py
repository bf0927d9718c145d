"""Records clustered and merged, whether they were declared or mentioned."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import polars as pl

from discovery_dagster.domain.decisions.identity import IdentityDecision, apply
from discovery_dagster.domain.identity import extraction
from discovery_dagster.domain.identity.clusters import Clusters
from discovery_dagster.domain.identity.details import attach
from discovery_dagster.domain.identity.merging import merge, rank
from discovery_dagster.domain.tables import AssetRecords, RelationRecords


@dataclass(frozen=True)
class MergedRecords:
    """Golden records, and the records that each merges; `cluster` is the number of its first."""

    members: pl.DataFrame  # rows in ASSET_RECORDS, with cluster, as `merging.rank` returns
    merged: pl.DataFrame  # one row per cluster, as `merging.merge` returns
    owned: pl.DataFrame  # cluster, identifier, strength
    keys: pl.DataFrame  # record, keys: what joined it to the others
    facts: pl.DataFrame  # cluster, qualified: whether its domain or scope is known

    @classmethod
    def of(
        cls,
        assets: AssetRecords,
        relations: RelationRecords,
        decisions: Sequence[IdentityDecision] = (),
    ) -> Self:
        """Cluster and merge rows in `ASSET_RECORDS`; `relations` tell where instances run."""
        described = extraction.describe(assets, relations)
        held = apply(extraction.identifiers(described), decisions)
        main = assets.filter(~pl.col("detail")).select("record")
        of_main = held.join(main, on="record", how="semi")
        joined = Clusters.of(described.join(main, on="record", how="semi"), of_main)
        clusters, owned = joined.of_records, joined.owned()
        by_cluster = of_main.join(clusters, on="record")
        places = assets.select("record", "file", "ip_addresses", "detail")
        details = places.filter("detail").drop("detail")
        attached = attach(
            details, held, clusters.join(places.drop("detail"), on="record"), by_cluster
        )
        everything = pl.concat([clusters, attached]).sort("record")
        members = rank(assets.join(everything, on="record"))
        keys = _shared(held, everything, owned)
        return cls(members, merge(members), owned, keys, _facts(described, everything))


def _facts(described: pl.DataFrame, clusters: pl.DataFrame) -> pl.DataFrame:
    own = described.select(
        "record",
        "fqdn",
        "directory",
        # A host is known by more than its name, whichever account or vCenter it is seen in.
        scope=pl.when(pl.col("short").is_null()).then("scope"),
    )
    joined = clusters.join(own, on="record")
    known = pl.col("fqdn", "directory", "scope").is_not_null().any()
    return joined.group_by("cluster").agg(qualified=pl.any_horizontal(known))


def _shared(held: pl.DataFrame, clusters: pl.DataFrame, owned: pl.DataFrame) -> pl.DataFrame:
    """The identifiers of each record that another record of its thing has, too."""
    keys = held.select("record", "identifier").unique().join(clusters, on="record")
    keys = keys.join(owned, on=["cluster", "identifier"])
    keys = keys.filter(pl.col("record").n_unique().over("cluster", "identifier") > 1)
    ordered = keys.sort("record", "strength", "identifier", descending=[False, True, False])
    return ordered.group_by("record").agg(keys="identifier")
