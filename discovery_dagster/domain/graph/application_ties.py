"""Which assets serve the same application, as lists say that name one beside each asset.

Such a list orders nothing: what serves one application moves together, neither needs the other.
"""

import polars as pl

from discovery_dagster.domain.texts import formatted


def application_ties(movable: pl.DataFrame, most: int) -> pl.DataFrame:
    """Return ties that chain what serves one application in one environment, each to the next.

    A chain has a tie less than it has members, and any part of it holds together, so that a limit
    parts an application into few groups. Test and production of an application move apart.

    Args:
        movable: assets as `ties.planned` gives them, with `shared`, whether one serves the whole
            estate.
        most: assets of an application from which on its ties are the weakest.

    Returns:
        `a`, `b` (nodes), `source`, `target` (names), `words`, `cite`, and `large`, whether the
        application has more assets than `most`.
    """
    own = movable.filter(~pl.col("shared").fill_null(False)).select(
        "node", "name", "type", "applications", pl.col("environment").fill_null("unknown")
    )
    itself = own.filter(type="application").with_columns(application="name")
    named = own.filter(pl.col("type") != "application").explode("applications")
    members = (
        pl.concat(
            [itself.drop("applications"), named.rename({"applications": "application"})],
            how="diagonal",
        )
        .with_columns(key=pl.col("application").str.strip_chars().str.to_lowercase())
        .filter(pl.col("key").str.len_chars() > 0)
        .unique(["key", "node"], keep="first", maintain_order=True)
        .sort("key", "environment", pl.col("type") != "application", "node")
    )
    before = {f"{name}_before": pl.col(name).shift().over("key", "environment") for name in _ENDS}
    chained = members.with_columns(large=pl.len().over("key") > most, **before)
    serves = pl.col("type_before") == "application"
    return (
        chained.drop_nulls("node_before")
        .filter(pl.col("type") != "application")
        .select(
            a="node",
            b="node_before",
            source="name",
            target="name_before",
            words=pl.when(serves)
            .then(pl.lit("serves"))
            .otherwise(pl.lit("serves the same application as")),
            cite=pl.when(serves)
            .then(pl.lit("a list names it as its application"))
            .otherwise(formatted("{}", "application")),
            large="large",
        )
    )


_ENDS = ("node", "name", "type")
