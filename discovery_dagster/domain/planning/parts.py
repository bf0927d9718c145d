"""What each asset of a plan is a part of: a deployment, something shared, or nothing."""

import polars as pl

from discovery_dagster.domain.applications.model import Deployments
from discovery_dagster.domain.tables.words import AssetType


def with_parts(movable: pl.DataFrame, deployments: Deployments) -> pl.DataFrame:
    """Add what each asset is a part of.

    What serves the whole estate is no part of an application that something else serves, too.

    Args:
        movable: assets as `ties.planned` gives them, with their `service`, a role or null.
        deployments: of the session.

    Returns:
        `movable` with `environment` as `deployments` tell it, and `deployment` (a key),
        `application` (its name) and `shared`, whether several applications share it.
    """
    names = dict(movable.select("asset_id", "name").iter_rows())
    ids = movable["asset_id"].to_list()
    parts = [deployments.of.get(asset) for asset in ids]
    called = [part and (names.get(part[0]) or deployments.names.get(part[0])) for part in parts]
    parted = movable.with_columns(
        pl.Series("environment", [deployments.environments[asset] for asset in ids], pl.String),
        pl.Series("deployment", [part and "|".join(part) for part in parts], pl.String),
        pl.Series("application", called, pl.String),
        pl.Series("shared", [asset in deployments.shared for asset in ids], pl.Boolean),
    )
    serving = pl.col("service").is_not_null()
    others = ~serving & (pl.col("type") != AssetType.APPLICATION)
    out = serving & others.any().over("deployment")
    return parted.with_columns(
        pl.when(~out).then(name).alias(name) for name in ("deployment", "application")
    )
