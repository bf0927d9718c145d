"""Records that add to a thing that another record declares."""

import polars as pl


def attach(
    details: pl.DataFrame, identifiers: pl.DataFrame, clusters: pl.DataFrame, held: pl.DataFrame
) -> pl.DataFrame:
    """Find the one thing that each detail record adds to.

    The strongest identifier decides; among equals a thing of the record's own file, then one with
    an address of the record's, then how many identifiers are the thing's: a clone has the firmware
    of another and a name of its own. A detail that fits none, or several, adds to nothing.

    Args:
        details: `record, file, ip_addresses` of the detail records.
        identifiers: `record, identifier, strength` of all records.
        clusters: `record, file, ip_addresses, cluster` of the others.
        held: identifiers of those, `cluster, identifier`.

    Returns:
        `record, cluster`.
    """
    of_details = identifiers.join(details, on="record")
    fitting = of_details.join(held.select("cluster", "identifier").unique(), on="identifier")
    beside = clusters.select("cluster", "file").unique().with_columns(same_file=pl.lit(1))
    fitting = fitting.join(beside, on=["cluster", "file"], how="left")
    addressed = _addresses(details).join(_addresses(clusters.drop("record")), on="address")
    addressed = addressed.select("record", "cluster").unique().with_columns(same_address=pl.lit(1))
    fitting = fitting.join(addressed, on=["record", "cluster"], how="left")
    nearness = 2 * pl.col("same_file").fill_null(0) + pl.col("same_address").fill_null(0)
    fits = fitting.group_by("record", "cluster").agg(
        pl.len(), (4 * pl.col("strength") + nearness).max().alias("fit")
    )
    best = fits.filter(pl.col("fit") == pl.col("fit").max().over("record"))
    best = best.filter(pl.col("len") == pl.col("len").max().over("record"))
    only = best.group_by("record").agg(pl.col("cluster").unique())
    return only.filter(pl.col("cluster").list.len() == 1).select(
        "record", pl.col("cluster").list.first()
    )


def _addresses(records: pl.DataFrame) -> pl.DataFrame:
    exploded = records.drop("file").explode("ip_addresses").rename({"ip_addresses": "address"})
    return exploded.drop_nulls("address")
