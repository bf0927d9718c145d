"""Facts by which records of one place are two things although they bear one name.

Two sources word a site or an operating system differently, and know a machine at different times;
one file does not. So what contradicts is only compared where one hand wrote it
(`contradicting` in `reference/identifiers.yaml`).
"""

import polars as pl

from discovery_dagster.domain.values.software import recognise
from discovery_dagster.reference import load


def contradicting(held: pl.DataFrame, described: pl.DataFrame) -> pl.DataFrame:
    """Find the things that differ in a fact from another one of the same key and place.

    Args:
        held: `key, cluster, node`: the records that have a key, those of several things alone.
        described: as `extraction.describe` returns; a `node` is a row of it.

    Returns:
        `key, cluster` of those things.
    """
    facts = pl.concat([held, described[held["node"].to_numpy()]], how="horizontal")
    together = pl.col("cluster").n_unique().over("key", "origin") > 1
    facts = _with_systems(facts.filter(together))
    parts = [
        _differing(facts, fact, at) for fact, at in load("identifiers")["contradicting"].items()
    ]
    return pl.concat([*parts, _apart(facts)]).unique()


def _with_systems(facts: pl.DataFrame) -> pl.DataFrame:
    """Add family and major version of operating systems; what has no place of its own has none."""
    texts = facts.select(text="os_name", version_text="os_version")
    known = recognise(texts)
    placed = ["location", "system", "release", "addresses"]
    return facts.with_columns(
        system=known["family"], release=known["rule"] + known["version"].str.extract(r"^(\d+)")
    ).with_columns(pl.when("placed").then(pl.col(placed)))


def _differing(facts: pl.DataFrame, fact: str, within: list[str]) -> pl.DataFrame:
    """Return the things of which another one has another value of the fact in the same place."""
    known = facts.select("key", "cluster", *within, value=fact).drop_nulls("value")
    each = known.group_by("key", "cluster", *within).agg(pl.col("value").min())
    place = ["key", *within]
    differs = pl.col("value").min().over(place) != pl.col("value").max().over(place)
    return each.filter(differs).select("key", "cluster")


def _apart(facts: pl.DataFrame) -> pl.DataFrame:
    """Return the things without an address in common with another of their table and key.

    They are the interfaces of one machine where their rows agree in all else.
    """
    table = ["key", "file", "sheet"]
    shared = load("identifiers")["same_on_each_address"]
    located = facts.filter(pl.col("addresses").list.len() > 0)
    located = located.filter(pl.col("cluster").n_unique().over(table) > 1)
    by_address = located.select(*table, "cluster", "addresses").explode("addresses")
    common = pl.col("cluster").n_unique().over(*table, "addresses") > 1
    by_thing = by_address.with_columns(common=common).group_by(*table, "cluster")
    each = by_thing.agg(pl.col("common").any())
    agreeing = located.group_by(table).agg(
        pl.any_horizontal(pl.col(name).drop_nulls().n_unique() > 1 for name in shared).alias("odd"),
        pl.any_horizontal(
            (pl.col(name).n_unique() == 1) & pl.col(name).is_not_null().all() for name in shared
        ).alias("same"),
    )
    apart = each.filter(~pl.col("common")).join(agreeing, on=table, nulls_equal=True)
    return apart.filter(pl.col("odd") | ~pl.col("same")).select("key", "cluster")
