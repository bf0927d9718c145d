"""Which records are one thing: connected sets over identifiers that nothing contradicts.

Clusters are numbers of this call; which asset a cluster is, is decided in `registration`.
"""

import numpy as np
import polars as pl
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from discovery_dagster.domain.identity.decisions import PERSON
from discovery_dagster.domain.identity.extraction import FACTS
from discovery_dagster.reference import load


def cluster(
    described: pl.DataFrame, identifiers: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Join the records of one thing.

    Strong identifiers join first, without those that prove to be cloned. Then each naming
    identifier joins whole things, where no fact of theirs differs: where one does, only those
    things keep the name of which no such fact is known.

    Args:
        described: as `extraction.describe` returns.
        identifiers: as `extraction.identifiers` returns, of the same records.

    Returns:
        `record, cluster`, and the identifiers that count: `cluster, identifier, strength`.
    """
    rules = load("identifiers")
    strong = identifiers.filter(pl.col("form").is_in(rules["merging"]))
    strong = _without_clones(strong, described)
    clusters = _connect(described["record"], strong.select("record", "identifier"))
    # One name may be a host name here and a title there: it is as strong as at its strongest.
    naming = identifiers.filter(pl.col("form").is_in(rules["naming"])).with_columns(
        pl.col("strength").max().over("identifier")
    )
    naming = _without_repeated_titles(_without_clones(naming, described), identifiers, described)
    counted = [strong]
    for strength in naming["strength"].unique().sort(descending=True):
        keys = naming.filter(pl.col("strength") == strength)
        kept = _uncontested(keys, clusters, described)
        clusters = _merge(clusters, kept)
        counted.append(kept)
    owned = pl.concat(frame.select("record", "identifier", "strength") for frame in counted)
    by_cluster = owned.join(clusters, on="record").group_by("cluster", "identifier")
    return clusters, by_cluster.agg(pl.col("strength").max())


def _without_clones(identifiers: pl.DataFrame, described: pl.DataFrame) -> pl.DataFrame:
    """Leave out what several things share: copied firmware, guests cloned with their name.

    Two records of one file are two things when their names or UUIDs differ. Firmware UUIDs and MAC
    addresses are also cloned when host names of different files differ.
    """
    facts = described.select("record", "file", "called", "short", "smbios")
    merging = identifiers.filter(~pl.col("form").is_in(["name", "title", PERSON]))
    shared = merging.filter(pl.len().over("identifier") > 1).join(facts, on="record")
    within = shared.group_by("identifier", "file").agg(
        cloned=_differs("called") | _differs("smbios")
    )
    across = shared.filter(pl.col("form").is_in(["smbios", "mac"])).group_by("identifier")
    found = pl.concat([within.drop("file"), across.agg(cloned=_differs("short"))]).filter("cloned")
    return identifiers.join(found, on="identifier", how="anti")


def _without_repeated_titles(
    naming: pl.DataFrame, identifiers: pl.DataFrame, described: pl.DataFrame
) -> pl.DataFrame:
    """Leave out titles that a source gives to several things, each with an id of its own.

    `Patch panel` is what many things are called; a host name that repeats is a duplicate entry.
    """
    hostless = described.filter(pl.col("short").is_null()).select("record", "file")
    titles = naming.filter(pl.col("form").is_in(["name", "title"])).join(hostless, on="record")
    ids = identifiers.filter(pl.col("form") == "provider").select("record", id="identifier")
    repeated = (
        titles.join(ids, on="record")
        .group_by("identifier", "file")
        .agg(pl.col("id").n_unique())
        .filter(pl.col("id") > 1)
    )
    lost = titles.join(repeated, on=["identifier", "file"], how="semi")
    return naming.join(lost, on=["record", "identifier"], how="anti")


def _differs(fact: str) -> pl.Expr:
    """Whether a fact has several values, nulls left out."""
    return (pl.col(fact).min() != pl.col(fact).max()).fill_null(value=False)


def _uncontested(
    keys: pl.DataFrame, clusters: pl.DataFrame, described: pl.DataFrame
) -> pl.DataFrame:
    """Drop names from things whose facts differ from those of another thing of that name."""
    facts = described.select("record", *FACTS).join(clusters, on="record")
    facts = facts.group_by("cluster").agg(pl.col(FACTS).min())
    joined = keys.join(clusters, on="record")
    several = pl.col("cluster").min().over("identifier") != pl.col("cluster").max().over(
        "identifier"
    )
    held = joined.filter(several).join(facts, on="cluster")
    contested = pl.any_horizontal(
        _differs(fact).over("identifier") & pl.col(fact).is_not_null() for fact in FACTS
    )
    lost = held.filter(contested).select("record", "identifier")
    return keys.join(lost, on=["record", "identifier"], how="anti")


def _merge(clusters: pl.DataFrame, keys: pl.DataFrame) -> pl.DataFrame:
    edges = keys.join(clusters, on="record").select("cluster", "identifier")
    merged = _connect(clusters["cluster"].unique(), edges.rename({"cluster": "record"}))
    merged = merged.rename({"record": "cluster", "cluster": "merged"})
    return clusters.join(merged, on="cluster").select("record", cluster="merged")


def _connect(records: pl.Series, held: pl.DataFrame) -> pl.DataFrame:
    """Number the connected sets of `records` that share an identifier, by their least record."""
    nodes = records.sort()
    # A star for each identifier: every record to the least one that has it.
    star = held.with_columns(least=pl.col("record").min().over("identifier"))
    star = star.filter(pl.col("record") != pl.col("least"))
    ends = [np.searchsorted(nodes.to_numpy(), star[end].to_numpy()) for end in ("record", "least")]
    size = len(nodes)
    links = coo_array((np.ones(len(star), dtype=np.int8), (ends[0], ends[1])), shape=(size, size))
    _, labels = connected_components(links, directed=False)
    numbered = pl.DataFrame({"record": nodes, "label": labels})
    return numbered.select("record", cluster=pl.col("record").min().over("label"))
