"""What people decided that an endpoint is which no inventory names, and what it does to ends.

A decision speaks of the endpoint as edges name it: a name in any case, or an address. Where they
are kept is the store's matter.
"""

import hashlib
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import polars as pl

from discovery_dagster.domain.decisions.overrides import Override
from discovery_dagster.domain.names.hosts import folded
from discovery_dagster.domain.tables import InventoryAssets
from discovery_dagster.domain.tables.words import AssetType

#: The field of a decision, and the answer that is no asset.
MEANS: Final = "means"
EXTERNAL: Final[str] = AssetType.EXTERNAL  # outside the estate: no inventory will ever name it


@dataclass(frozen=True)
class EndpointDecision:
    """What one endpoint is: the id of an asset, or `EXTERNAL`."""

    decision: int  # number within the engagement
    endpoint: str  # as written
    means: str
    reason: str
    author: str
    at: datetime
    session: str  # where it was decided
    origin: str


def is_address(endpoint: str) -> bool:
    """Whether an endpoint is an address, not a name."""
    try:
        ipaddress.ip_address(endpoint.strip())
    except ValueError:
        return False
    return True


def digest(decided: Sequence[EndpointDecision]) -> dict[str, str]:
    """Return a digest of decisions in force by kind of decision; none for none.

    `endpoints` are all of them; `aliases` are names of assets, on which the inventory depends, and
    `outsiders` names that are outside the estate, on which the types of assets do.
    """
    named = [each for each in decided if not is_address(each.endpoint)]
    kinds = {
        "endpoints": decided,
        "aliases": [each for each in named if each.means != EXTERNAL],
        "outsiders": [each for each in named if each.means == EXTERNAL],
    }
    return {kind: _digest(own) for kind, own in kinds.items() if own}


def _digest(decided: Sequence[EndpointDecision]) -> str:
    numbers = sorted(each.decision for each in decided)
    return hashlib.sha256(" ".join(map(str, numbers)).encode()).hexdigest()


def aliases(decided: Sequence[EndpointDecision]) -> pl.DataFrame:
    """Return the names that mean assets: `alias` as written, `key` folded, `asset_id`."""
    named = [
        (each.endpoint, each.means)
        for each in decided
        if each.means != EXTERNAL and not is_address(each.endpoint)
    ]
    frame = pl.DataFrame(named, schema={"alias": pl.String, "asset_id": pl.String}, orient="row")
    return frame.with_columns(key=folded("alias")).unique("key", keep="last", maintain_order=True)


def types(assets: InventoryAssets, decided: Sequence[EndpointDecision]) -> list[Override]:
    """Return the types of the assets that relations alone name and that are outside the estate.

    Args:
        assets: rows in `INVENTORY_ASSETS`.
        decided: in force.
    """
    outsiders = {
        name: each
        for name, each in zip(
            fold_endpoints(pl.Series([each.endpoint for each in decided], dtype=pl.String)),
            decided,
            strict=True,
        )
        if each.means == EXTERNAL
    }
    if not outsiders:
        return []
    named = assets.filter("named_only").select("asset_id", "name", key=folded("name"))
    met = named.filter(pl.col("key").is_in(list(outsiders)))
    return [
        Override(
            each.decision, each.session, asset_id, name, "type", EXTERNAL, None, each.reason,
            each.author, each.origin, each.at,
        )
        for asset_id, name, key in met.iter_rows()
        if (each := outsiders[key])
    ]  # fmt: skip


def fold_endpoints(endpoints: pl.Series) -> pl.Series:
    """Return endpoints as two of them are compared."""
    return endpoints.to_frame("endpoint").select(folded("endpoint")).to_series()


def external_endpoints(decided: Sequence[EndpointDecision]) -> list[str]:
    """Return the endpoints that are outside the estate, folded."""
    named = [each.endpoint for each in decided if each.means == EXTERNAL]
    return fold_endpoints(pl.Series(named, dtype=pl.String)).to_list()


def apply(
    resolved: pl.DataFrame, decided: Sequence[EndpointDecision], assets: pl.DataFrame
) -> pl.DataFrame:
    """Let decisions outrank what names and addresses say.

    Args:
        resolved: endpoints as `NameIndex.resolve` returns them.
        decided: in force; of an asset that the session lacks, one has no effect.
        assets: with `asset_id` and `named_only`.

    Returns:
        The same rows with the `asset_id` of what they mean. What is outside the estate is no asset,
        unless relations made one of its name.
    """
    if not decided:
        return resolved
    known = set(assets["asset_id"])
    own = [each for each in decided if each.means == EXTERNAL or each.means in known]
    columns = {"endpoint": [each.endpoint for each in own], "means": [each.means for each in own]}
    chosen = pl.DataFrame(columns, schema={"endpoint": pl.String, "means": pl.String})
    chosen = chosen.with_columns(folded("endpoint")).unique("endpoint", keep="last")
    keyed = resolved.with_columns(endpoint=pl.coalesce(folded("name"), folded("address")))
    joined = keyed.join(chosen, on="endpoint", how="left", maintain_order="left")
    named_only = assets.filter("named_only")["asset_id"].implode()
    asset_of_its_name = (pl.col("means") == EXTERNAL) & pl.col("asset_id").is_in(named_only)
    kept = pl.col("means").is_null() | asset_of_its_name
    asset_id = (
        pl.when(kept.fill_null(value=False))
        .then("asset_id")
        .when(pl.col("means") != EXTERNAL)
        .then("means")
    )
    candidates = pl.when(pl.col("means").is_null()).then("candidates")
    return joined.with_columns(candidates, asset_id=asset_id).select(resolved.columns)
