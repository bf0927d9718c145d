"""Which records are one thing: connected sets over identifiers that nothing contradicts.

Clusters are numbers of this call; which asset a cluster is, is decided in `registration`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
import polars as pl

from discovery_dagster.domain.decisions.identity import PERSON
from discovery_dagster.domain.identity.contradictions import contradicting
from discovery_dagster.domain.identity.extraction import FACTS
from discovery_dagster.domain.identity.hardware_pairs import twice_identified
from discovery_dagster.domain.identity.shared_keys import Flags, Numbers, SharedKeys
from discovery_dagster.reference import load

#: Forms of which things may have the same without being copies, and of which files may not either.
_NEVER_CLONED: Final = ("name", "title", PERSON)
_CLONED_ACROSS: Final = ("smbios", "mac")
_HOST_NAMES: Final = ("fqdn", "directory")

#: What records of one file have in common when they are one thing.
_OF_ONE: Final = ["called", "smbios", "unbranded", "tag"]


@dataclass(frozen=True)
class Clusters:
    """Records joined to things.

    `of_records` has `record, cluster`, where a cluster is called by its least record; `counts` says
    which of `identifiers` (`identifier, strength, cluster`) count.
    """

    of_records: pl.DataFrame
    identifiers: pl.LazyFrame
    counts: Flags

    @classmethod
    def of(cls, described: pl.DataFrame, identifiers: pl.DataFrame) -> Self:
        """Join the records of one thing.

        Strong identifiers join first, without those that prove to be cloned. Then each naming
        identifier joins whole things, where no fact of theirs differs: where one does, it joins
        none, and only those things keep the name of which no such fact is known.

        Args:
            described: as `extraction.describe` returns.
            identifiers: as `extraction.identifiers` returns, of the same records.
        """
        if not described["record"].is_sorted():
            described = described.sort("record")
        records = described["record"].to_numpy()
        nodes = _places(identifiers["record"].to_numpy(), records)
        shared = SharedKeys.of(identifiers, nodes)
        strengths = identifiers["strength"].to_numpy().copy()
        counts = np.ones(len(identifiers), dtype=np.bool_)
        merges = _of_forms(strengths[shared.row], load("identifiers")["merging"])
        strong = shared.where(merges)
        kept = _without_clones(strong, strengths, described)
        counts[strong.row] = False
        counts[kept.row] = True
        clusters = _connect(np.arange(len(records)), kept)
        copied = strong.without(np.unique(kept.key))
        machines = twice_identified(shared, copied, identifiers, described)
        clusters = _connect(clusters, machines)
        naming = shared.where(~merges)
        strengths[naming.row] = naming.greatest(strengths[naming.row])  # strong as anywhere
        unique = _without_clones(naming, strengths, described)
        unique = unique.where(~_repeated_titles(unique, identifiers, described))
        unique = unique.without(_names_of_several(unique, described))
        counts[naming.row] = False
        counts[unique.row] = True
        for strength in sorted(set(strengths[unique.row].tolist()), reverse=True):
            keys = unique.where(strengths[unique.row] == strength)
            lost = _contested(keys, clusters, described)
            counts[keys.row[lost]] = False
            clusters = _connect(clusters, keys.without(np.unique(keys.key[lost])))
        counts[machines.row] = True
        least = pl.Series("cluster", records[clusters])
        by_node = {"strength": pl.Series(strengths), "node": pl.Series(nodes)}
        held = identifiers.lazy().select("identifier").with_columns(**by_node)
        return cls(
            pl.DataFrame({"record": records, "cluster": least}),
            held.with_columns(cluster=pl.lit(least).gather(pl.col("node"))),
            counts,
        )

    def owned(self) -> pl.DataFrame:
        """Return the identifiers of each cluster: `cluster, identifier, strength`."""
        counted = self.identifiers.filter(pl.Series(self.counts))
        by_cluster = counted.group_by("cluster", "identifier")
        return by_cluster.agg(pl.col("strength").max()).collect()


def _places(of: Numbers, records: Numbers) -> Numbers:
    """Return at which place each record stands; mostly records are numbered by their places."""
    if len(records) and records[0] == 0 and records[-1] == len(records) - 1:
        return of
    return np.searchsorted(records, of)


def _of_forms(strengths: Numbers, forms: Sequence[str]) -> Flags:
    """Return which strengths are those of identifiers of these forms."""
    levels = load("identifiers")["strengths"]
    chosen = np.zeros(max(levels.values()) + 1, dtype=np.bool_)
    chosen[[levels[form] for form in forms]] = True
    return chosen[strengths]


def _without_clones(shared: SharedKeys, strengths: Numbers, described: pl.DataFrame) -> SharedKeys:
    """Leave out what several things share: copied firmware, guests cloned with their name.

    Two records of one file are two things when their names, UUIDs, serial numbers or asset tags
    differ, or else their sites where they share a host name. Firmware UUIDs and MAC addresses are
    also cloned when host names of different files differ.
    """
    suspects = shared.where(~_of_forms(strengths[shared.row], _NEVER_CLONED))
    across = suspects.where(_of_forms(strengths[suspects.row], _CLONED_ACROSS))
    hosts = suspects.where(_of_forms(strengths[suspects.row], _HOST_NAMES))
    cloned = [
        _differing(suspects, described, _OF_ONE, within=["file"]),
        _differing(hosts, described, ["location"], within=["file", "sheet"]),
        _differing(across, described, ["short"]),
    ]
    return shared.without(np.concatenate(cloned))


def _repeated_titles(keys: SharedKeys, identifiers: pl.DataFrame, described: pl.DataFrame) -> Flags:
    """Return which rows are titles that a source gives to several things, each with its own id.

    `Patch panel` is what many things are called; a host name that repeats is a duplicate entry.
    """
    lost = np.zeros(len(keys.row), dtype=np.bool_)
    hostless = np.flatnonzero(described["short"].is_null().to_numpy()[keys.node])
    if not len(hostless):
        return lost
    titles = pl.DataFrame(
        {
            "at": hostless,
            "key": keys.key[hostless],
            "record": described["record"][keys.node[hostless]],
            "file": described["file"][keys.node[hostless]],
            "form": identifiers["form"][keys.row[hostless]],
        }
    ).filter(pl.col("form").is_in(["name", "title"]))
    ids = identifiers.filter(pl.col("form") == "provider").select("record", id="identifier")
    repeated = (
        titles.join(ids, on="record")
        .group_by("key", "file")
        .agg(pl.col("id").n_unique())
        .filter(pl.col("id") > 1)
    )
    lost[titles.join(repeated, on=["key", "file"], how="semi")["at"].to_numpy()] = True
    return lost


def _names_of_several(keys: SharedKeys, described: pl.DataFrame) -> Numbers:
    """Return the keys that a file has for several things, each with an id and addresses of its own.

    A host that a source lists twice has an address in common with itself, or none.
    """
    ids = described["provider_id"]
    if ids.null_count() == len(ids) or not len(keys.key):
        return keys.key[:0]
    known = ids.is_not_null().to_numpy()[keys.node]
    keys = keys.where(keys.differing(ids.hash().to_numpy()[keys.node], known))
    rows = described[keys.node].select("record", "file", "provider_id", "addresses")
    rows = rows.with_columns(key=pl.Series(keys.key)).drop_nulls("provider_id")
    listed = ["key", "file"]
    several = rows.filter(pl.col("provider_id").n_unique().over(listed) > 1)
    several = several.filter((pl.col("addresses").list.len() > 0).all().over(listed))
    counted = (
        several.explode("addresses").group_by(*listed, "addresses").agg(pl.col("record").n_unique())
    )
    alone = counted.group_by(listed).agg(alone=pl.col("record").max() == 1).filter("alone")
    return alone["key"].unique().to_numpy()


def _differing(
    keys: SharedKeys, described: pl.DataFrame, facts: list[str], within: list[str] | None = None
) -> Numbers:
    """Return the keys whose records differ in one of the facts, nulls left out.

    Few do: only those are compared file by file.
    """
    differs = np.zeros(len(keys.row), dtype=np.bool_)
    for fact in facts:
        values = described[fact]
        if values.null_count() < len(values):
            known = values.is_not_null().to_numpy()[keys.node]
            differs |= keys.differing(values.hash().to_numpy()[keys.node], known)
    if within is None or not differs.any():
        return np.unique(keys.key[differs])
    keys = keys.where(differs)
    rows = described[keys.node].select(*within, *facts).with_columns(key=pl.Series(keys.key))
    several = [(pl.col(fact).min() != pl.col(fact).max()).fill_null(False) for fact in facts]
    differing = rows.group_by("key", *within).agg(cloned=pl.any_horizontal(several))
    return differing.filter("cloned")["key"].unique().to_numpy()


def _contested(keys: SharedKeys, clusters: Numbers, described: pl.DataFrame) -> Flags:
    """Return which rows are of things whose facts differ from another thing's of that name."""
    lost = np.zeros(len(keys.row), dtype=np.bool_)
    several = np.flatnonzero(keys.differing(clusters[keys.node]))
    if not len(several):
        return lost
    cluster = clusters[keys.node[several]]
    involved = np.flatnonzero(np.isin(clusters, cluster))
    facts = described[involved].select(FACTS).with_columns(pl.Series("cluster", clusters[involved]))
    facts = facts.group_by("cluster").agg(pl.col(FACTS).min())
    held = pl.DataFrame({"key": keys.key[several], "cluster": cluster, "node": keys.node[several]})
    contested = held.join(facts, on="cluster", how="left", maintain_order="left").select(
        pl.any_horizontal(
            (pl.col(fact).min() != pl.col(fact).max()).fill_null(False).over("key")
            & pl.col(fact).is_not_null()
            for fact in FACTS
        )
    )
    apart = held.join(
        contradicting(held, described).with_columns(apart=True),
        on=["key", "cluster"],
        how="left",
        maintain_order="left",
    )["apart"].fill_null(value=False)
    lost[several] = (contested.to_series() | apart).to_numpy()
    return lost


def _connect(clusters: Numbers, keys: SharedKeys) -> Numbers:
    """Join clusters that share a key; each is called by its least node."""
    a, b = (clusters[nodes] for nodes in keys.links())
    apart = a != b
    if not apart.any():
        return clusters
    # Imported here: SciPy costs half a second that commands which only read should not pay.
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    size = len(clusters)
    a, b = a[apart].astype(np.int32), b[apart].astype(np.int32)
    # Links are counted as floats, since SciPy would make them such.
    links = coo_array((np.ones(len(a)), (a, b)), shape=(size, size))
    _, labels = connected_components(links, directed=False)
    least = np.empty(size, dtype=np.int64)
    least[labels[::-1]] = np.arange(size)[::-1]  # of several, the last one written stays
    joined: Numbers = least[labels][clusters]
    return joined
