r"""Names with a backslash: `CORP\WEB01` is a host of a domain, `DB01\HR` a database on a host.

Their words tell which (`values/notations`), and what other records call hosts does. The host of an
instance is what it runs on.
"""

from typing import Final

import polars as pl

from discovery_dagster.domain.tables import RELATION_RECORDS, AssetRecords, RelationRecords, conform
from discovery_dagster.domain.tables.words import AssetType, EvidenceKind, Relation
from discovery_dagster.domain.values.notations import TWO_PARTS, are_instances, parted
from discovery_dagster.reference import load

_TABLE: Final = ("file", "sheet")
_PLACE: Final = (*_TABLE, "line")
_SIDES: Final = ("left", "right")
_HOSTS: Final = (AssetType.SERVER, AssetType.VIRTUAL_MACHINE)
_DATABASE: Final = AssetType.DATABASE
#: What people call as they like: a backslash there is part of the name.
_CALLED_FREELY: Final = (AssetType.APPLICATION, AssetType.SERVICE, AssetType.MIDDLEWARE)


def read_backslashes(
    assets: AssetRecords, relations: RelationRecords
) -> tuple[AssetRecords, RelationRecords]:
    """Return records whose names hold no domain, and what database instances run on.

    Args:
        assets: `ASSET_RECORDS`.
        relations: `RELATION_RECORDS`.

    Returns:
        The same, where a host is called as in its domain and a database has the host name of its
        host; for each database instance a relation is added.
    """
    written = _written(assets)
    if written.is_empty():
        return assets, relations
    assets = AssetRecords(_named_as_instances(assets, written))
    written = _written(assets)
    tables = written.partition_by(_TABLE, maintain_order=True)
    parts = pl.concat([_with_parts(table) for table in tables])
    names = _host_names(assets.join(written, on="record", how="anti"))
    known = {side: pl.col(side).str.split(".").list.first().is_in(names) for side in _SIDES}
    instance = known["left"] & ~known["right"] | pl.col("instance") & ~known["right"]
    stated = pl.col("declared_type") == _DATABASE
    marked = parts.with_columns(instance=(instance | stated).fill_null(value=False))
    changed = assets.join(
        marked.drop("declared_type"), on="record", how="left", maintain_order="left"
    )
    instances = changed.filter("instance")
    renamed = changed.with_columns(_of_domains()).with_columns(_of_instances())
    return (
        AssetRecords(renamed.select(assets.columns)),
        RelationRecords(pl.concat([relations, _placements(instances)])),
    )


def _written(assets: pl.DataFrame) -> pl.DataFrame:
    free = pl.col("declared_type").is_in(_CALLED_FREELY)
    two_parts = pl.col("name").str.contains(TWO_PARTS)
    return assets.filter(two_parts.fill_null(value=False), ~free.fill_null(value=False))


def _named_as_instances(assets: pl.DataFrame, written: pl.DataFrame) -> pl.DataFrame:
    """Call the default instance of a host as what it is, where its list calls it like the host."""
    lists = written.filter(pl.col("declared_type") == _DATABASE).select(_TABLE).unique()
    listed = assets.select(_TABLE).join(
        lists.with_columns(listed=True), on=_TABLE, how="left", nulls_equal=True,
        maintain_order="left",
    )["listed"]  # fmt: skip
    databases = pl.col("declared_type") == _DATABASE
    hosts = _host_names(assets.filter(databases.is_null() | ~databases))
    bare = pl.lit(listed) & databases & pl.col("name").str.to_lowercase().is_in(hosts)
    default = load("notations")["default_instance"]
    return assets.with_columns(
        pl.when(bare & pl.col("declared_type_text").is_null())
        .then(pl.concat_str("name", pl.lit(f"\\{default}")))
        .otherwise("name")
        .alias("name")
    )


def _with_parts(table: pl.DataFrame) -> pl.DataFrame:
    parts = parted(table["name"])
    return table.select("record", "declared_type").hstack(
        [*parts.get_columns(), are_instances(parts).alias("instance")]
    )


def _host_names(assets: pl.DataFrame) -> pl.Series:
    """Host names of the records of hosts, and of those that might be one, in lower case."""
    hosts = assets.filter(pl.col("declared_type").is_in(_HOSTS).fill_null(value=True))
    names = pl.concat([hosts[name].drop_nulls() for name in ("name", "hostname", "fqdn")])
    return names.str.to_lowercase().str.split(".").list.first().unique().implode()


def _of_domains() -> list[pl.Expr]:
    domain = ~pl.col("instance")  # null where there is no backslash
    right = pl.col("name").str.extract(TWO_PARTS, 2)
    own = pl.col("left").is_in([".", "localhost"]) | (pl.col("left") == pl.col("right"))
    return [
        pl.when(domain).then(right).otherwise("name").alias("name"),
        pl.when(domain)
        .then(pl.coalesce("hostname", "right"))
        .otherwise("hostname")
        .alias("hostname"),
        pl.when(domain & ~own)
        .then(pl.coalesce("domain", "left"))
        .otherwise("domain")
        .alias("domain"),
    ]


def _of_instances() -> list[pl.Expr]:
    host, full = pl.col("left").str.split(".").list.first(), pl.col("left").str.contains(r"\.")
    untyped = pl.col("declared_type_text").is_null() | pl.col("declared_type").is_null()
    return [
        pl.when("instance").then(host).otherwise("hostname").alias("hostname"),
        pl.when(pl.col("instance") & full).then("left").otherwise("fqdn").alias("fqdn"),
        pl.when(pl.col("instance") & untyped)
        .then(pl.lit(_DATABASE))
        .otherwise("declared_type")
        .alias("declared_type"),
    ]


def _placements(instances: pl.DataFrame) -> pl.DataFrame:
    """A relation to its host of each record of a database instance."""
    stated = {
        "kind": pl.lit(EvidenceKind.DECLARED),
        "relation": pl.lit(Relation.RUNS_ON),
        "phrase": pl.col("name"),
        "source": pl.col("name"),
        "source_type": pl.lit(_DATABASE),
        "source_record": pl.col("record"),
        "target": pl.col("left"),
        "target_type": pl.lit(AssetType.SERVER),
        "source_names_asset": pl.lit(True),
        "target_names_asset": pl.lit(True),
        "count": pl.lit(1),
    }
    return conform(
        instances.select(
            stated[name].cast(kind).alias(name)
            if name in stated
            else pl.col(name)
            if name in _PLACE
            else pl.lit(None, dtype=kind).alias(name)
            for name, kind in RELATION_RECORDS.items()
        ),
        RELATION_RECORDS,
    )
