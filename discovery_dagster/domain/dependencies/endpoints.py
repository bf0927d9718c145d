"""Endpoints without an asset that assets talk to, external or unmatched, by subnet and port."""

from typing import Final

import polars as pl

from discovery_dagster.domain.dependencies.unresolved import network
from discovery_dagster.domain.tables import ENDPOINTS, Edges, Endpoints, conform
from discovery_dagster.domain.tables.words import Side

_SHOWN: Final = 50  # endpoints and candidates that a row names; `number` counts all endpoints
_ROW: Final = ["subnet", "kind", "needed", "port", "protocol", "service"]


def report(edges: Edges) -> Endpoints:
    """Return one row for each subnet (or name) and port where assets meet unresolved endpoints.

    Args:
        edges: `EDGES`.

    Returns:
        `ENDPOINTS`, those that most assets talk to first.
    """
    sides = [
        edges.filter(pl.col(f"{there}_id").is_null()).select(
            endpoint=pl.col(there),
            kind=pl.col(f"{there}_why"),
            candidates=f"{there}_candidates",
            asset=pl.col(f"{here}_id"),
            needed=pl.lit(there == "target"),
            port="port",
            protocol="protocol",
            service="service",
            seen=pl.col("evidence").list.eval(pl.element().struct.field("count")).list.sum(),
            first=pl.col("evidence")
            .list.eval(pl.element().struct.field("first_seen"))
            .list.drop_nulls()
            .list.eval(pl.element().min())
            .list.first(),
            last=pl.col("evidence")
            .list.eval(pl.element().struct.field("last_seen"))
            .list.drop_nulls()
            .list.eval(pl.element().max())
            .list.first(),
        )
        for here, there in (("source", "target"), ("target", "source"))
    ]
    strange = pl.concat(sides)
    strange = strange.with_columns(subnet=_subnets(strange["endpoint"]))
    rows = (
        strange.drop_nulls("endpoint")
        .group_by(_ROW)
        .agg(
            pl.col("endpoint").unique().sort().alias("endpoints"),
            pl.col("asset").drop_nulls().n_unique().cast(pl.UInt32).alias("assets"),
            pl.col("seen").sum().alias("count"),
            pl.col("first").min().alias("first_seen"),
            pl.col("last").max().alias("last_seen"),
        )
        .join(_candidates(strange), on=_ROW, how="left", nulls_equal=True)
        .with_columns(
            pl.when("needed").then(pl.lit(Side.TARGET)).otherwise(pl.lit(Side.SOURCE)).alias("side")
        )
        .with_columns(number=pl.col("endpoints").list.len().cast(pl.UInt32))
        .with_columns(pl.col("endpoints").list.head(_SHOWN))
        .sort(
            ["assets", "count", "subnet", "port", "protocol", "side"],
            descending=[True, True, False, False, False, False],
            nulls_last=True,
        )
    )
    return conform(rows.select(list(ENDPOINTS)), ENDPOINTS)


def _candidates(strange: pl.DataFrame) -> pl.DataFrame:
    """The candidates of each row, with the endpoint that each of them may be."""
    each = strange.select(*_ROW, "endpoint", "candidates").explode("candidates")
    each = each.unnest("candidates").drop_nulls("id").unique().sort("endpoint", "name", "id")
    named = pl.struct("endpoint", "id", "name").head(_SHOWN).alias("candidates")
    return each.group_by(_ROW).agg(named)


def _subnets(endpoints: pl.Series) -> pl.Series:
    """Return the subnet of each address, or the name itself."""
    distinct = endpoints.drop_nulls().unique()
    subnets = [network(endpoint) or endpoint for endpoint in distinct]
    return endpoints.replace_strict(distinct, subnets, default=None, return_dtype=pl.String)
