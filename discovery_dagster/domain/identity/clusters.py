"""Which records are one thing: connected sets over identifiers that nothing contradicts.

Clusters are numbers of this call; which asset a cluster is, is decided in `registration`.
"""

from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np
import polars as pl

from discovery_dagster.domain.identity.decisions import PERSON
from discovery_dagster.domain.identity.extraction import FACTS
from discovery_dagster.domain.identity.shared_keys import Flags, Numbers, SharedKeys
from discovery_dagster.reference import load

#: Forms of which things may have the same without being copies, and of which files may not either.
_NEVER_CLONED: Final = ("name", "title", PERSON)
_CLONED_ACROSS: Final = ("smbios", "mac")


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
        identifier joins whole things, where no fact of theirs differs: where one does, only those
        things keep the name of which no such fact is known.

        Args:
            described: as `extraction.describe` returns.
            identifiers: as `extraction.identifiers` returns, of the same records.
        """
        described = described.sort("record")
        records = described["record"].to_numpy()
        nodes = _places(identifiers["record"].to_numpy(), records)
        shared = SharedKeys.of(identifiers, nodes)
        strengths = identifiers["strength"].to_numpy().copy()
        counts = np.ones(len(identifiers), dtype=np.bool_)
        levels = load("identifiers")["strengths"]
        merging = [levels[form] for form in load("identifiers")["merging"]]
        strong = shared.where(np.isin(strengths[shared.row], merging))
        kept = _without_clones(strong, strengths, described)
        counts[strong.row] = np.isin(strong.row, kept.row, assume_unique=True)
        clusters = _connect(np.arange(len(records)), kept)
        naming = shared.where(~np.isin(strengths[shared.row], merging))
        strengths[naming.row] = _greatest(naming, strengths[naming.row])
        unique = _without_clones(naming, strengths, described)
        unique = unique.where(~_repeated_titles(unique, identifiers, described))
        counts[naming.row] = np.isin(naming.row, unique.row, assume_unique=True)
        for strength in sorted(set(strengths[unique.row].tolist()), reverse=True):
            keys = unique.where(strengths[unique.row] == strength)
            lost = _contested(keys, clusters, described)
            counts[keys.row[lost]] = False
            clusters = _connect(clusters, keys.where(~lost))
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
        return of.astype(np.int64)
    return np.searchsorted(records, of)


def _without_clones(
    shared: SharedKeys, strengths: np.ndarray[Any, Any], described: pl.DataFrame
) -> SharedKeys:
    """Leave out what several things share: copied firmware, guests cloned with their name.

    Two records of one file are two things when their names or UUIDs differ. Firmware UUIDs and MAC
    addresses are also cloned when host names of different files differ.
    """
    levels = load("identifiers")["strengths"]
    suspects = shared.where(~np.isin(strengths[shared.row], [levels[f] for f in _NEVER_CLONED]))
    files = described["file"].rank("dense").fill_null(0).to_numpy().astype(np.int64)
    within = suspects.key * (files.max(initial=0) + 1) + files[suspects.node]
    twice = suspects.where(pl.Series(within).is_duplicated().to_numpy())
    found = [
        _differing(twice, described, ["called", "smbios"], within=["file"]),
        _differing(
            suspects.where(
                np.isin(strengths[suspects.row], [levels[form] for form in _CLONED_ACROSS])
            ),
            described,
            ["short"],
        ),
    ]
    return shared.without(np.concatenate(found))


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


def _differing(
    keys: SharedKeys, described: pl.DataFrame, facts: list[str], within: list[str] | None = None
) -> Numbers:
    """Return the keys whose records differ in one of the facts, nulls left out."""
    told = described[keys.node].select(*(within or []), *(pl.col(fact).hash() for fact in facts))
    known = [
        pl.when(described[keys.node][fact].is_not_null()).then(pl.col(fact)).alias(fact)
        for fact in facts
    ]
    groups = told.with_columns(*known, pl.Series("key", keys.key)).group_by("key", *(within or []))
    several = [(pl.col(fact).min() != pl.col(fact).max()).fill_null(False) for fact in facts]
    differing = groups.agg(cloned=pl.any_horizontal(several)).filter("cloned")
    return differing["key"].unique().to_numpy()


def _greatest(keys: SharedKeys, values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Return for each row the greatest value of its key: one name is as strong as anywhere."""
    return (
        pl.DataFrame({"key": keys.key, "value": values})
        .select(pl.col("value").max().over("key"))
        .to_series()
        .to_numpy()
    )


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
    held = pl.DataFrame({"key": keys.key[several], "cluster": cluster}).join(
        facts, on="cluster", how="left", maintain_order="left"
    )
    contested = held.select(
        pl.any_horizontal(
            (pl.col(fact).min() != pl.col(fact).max()).fill_null(False).over("key")
            & pl.col(fact).is_not_null()
            for fact in FACTS
        )
    )
    lost[several] = contested.to_series().to_numpy()
    return lost


def _connect(clusters: Numbers, keys: SharedKeys) -> Numbers:
    """Join clusters that share a key; each is called by its least node."""
    a, b = (clusters[nodes] for nodes in keys.links())
    if np.array_equal(a, b):
        return clusters
    # Imported here: SciPy costs half a second that commands which only read should not pay.
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    size = len(clusters)
    links = coo_array((np.ones(len(a), dtype=np.int8), (a, b)), shape=(size, size))
    _, labels = connected_components(links, directed=False)
    least = np.empty(size, dtype=np.int64)
    least[labels[::-1]] = np.arange(size)[::-1]  # of several, the last one written stays
    joined: Numbers = least[labels][clusters]
    return joined
