"""Things known by name alone: what relations mention and no record declares."""

import polars as pl

from discovery_dagster.domain.names.hosts import folded, with_host_names
from discovery_dagster.domain.tables import ASSET_RECORDS, AssetRecords, RelationRecords, empty


def endpoints(relations: RelationRecords) -> pl.DataFrame:
    """Return both ends of each relation, in the order in which they are written.

    Args:
        relations: rows in `RELATION_RECORDS`.

    Returns:
        `name, address, type, names_asset, file, sheet, line`.
    """
    ends = [
        relations.with_row_index("at").select(
            "at",
            pl.lit(place).alias("side"),
            pl.col(side).alias("name"),
            pl.col(f"{side}_address").alias("address"),
            pl.col(f"{side}_type").alias("type"),
            pl.col(f"{side}_names_asset").alias("names_asset"),
            "file",
            "sheet",
            "line",
        )
        for place, side in enumerate(("source", "target"))
    ]
    return pl.concat(ends).sort("at", "side").drop("at", "side")


def mentioned(ends: pl.DataFrame, first_record: int) -> AssetRecords:
    """Make a record of each distinct name and type, where it is first written.

    Args:
        ends: as `endpoints` returns; those that may make an asset.
        first_record: the number of the first record made.

    Returns:
        Rows in `ASSET_RECORDS`, by first mention.
    """
    named = ends.filter("names_asset").drop_nulls("name").with_columns(key=folded("name"))
    distinct = (
        named.drop_nulls("key")
        .group_by("key", "type", maintain_order=True)
        .agg(
            pl.col("name", "file", "sheet", "line").first(),
            pl.col("address").drop_nulls().unique(maintain_order=True).alias("ip_addresses"),
        )
    )
    rows = pl.concat(
        [
            empty(ASSET_RECORDS),
            distinct.rename({"type": "declared_type"})
            .drop("key")
            .with_row_index("record", offset=first_record)
            .with_columns(format=pl.lit("mention"), detail=pl.lit(False)),
        ],
        how="diagonal",
    ).with_columns(pl.col("aliases", "mac_addresses", "applications").fill_null([]))
    hosts = with_host_names(rows, "declared_type")
    named = hosts.with_columns(fqdn="host_fqdn", hostname="host_short")
    return AssetRecords(named.select(list(ASSET_RECORDS)))
