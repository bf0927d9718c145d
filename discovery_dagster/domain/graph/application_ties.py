"""Which assets serve the same deployment of an application: they move together.

Membership orders nothing: what serves one application goes together, neither needs the other.
"""

import polars as pl

from discovery_dagster.domain.tables.words import AssetType
from discovery_dagster.domain.texts import formatted


def application_ties(movable: pl.DataFrame, most: int) -> pl.DataFrame:
    """Return ties that chain what serves one application in one environment, each to the next.

    A chain has a tie less than it has members, and any part of it holds together, so that a limit
    parts an application into few groups. Test and production of an application move apart.

    Args:
        movable: assets as `ties.planned` gives them, with `deployment`, null of what is in none,
            and `application`, whose it is.
        most: assets of a deployment from which on its ties are the weakest.

    Returns:
        `a`, `b` (nodes), `source`, `target` (names), `words`, `cite`, and `large`, whether the
        deployment has more assets than `most`.
    """
    members = movable.drop_nulls("deployment").sort(
        "deployment", pl.col("type") != AssetType.APPLICATION, "node"
    )
    before = {f"{name}_before": pl.col(name).shift().over("deployment") for name in _ENDS}
    chained = members.with_columns(large=pl.len().over("deployment") > most, **before)
    serves = pl.col("type_before") == "application"
    return (
        chained.drop_nulls("node_before")
        .filter(pl.col("type") != AssetType.APPLICATION)
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
