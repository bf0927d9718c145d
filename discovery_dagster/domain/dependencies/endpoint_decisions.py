"""What people decided that an endpoint is which no inventory names, and what it does to ends.

A decision speaks of the endpoint as edges name it: a name in any case, or an address. Where they
are kept is the store's matter.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import polars as pl

from discovery_dagster.domain.host_names import folded

#: The field of a decision, and the answer that is no asset.
MEANS: Final = "means"
EXTERNAL: Final = "external"  # outside the estate: no inventory will ever name it


@dataclass(frozen=True)
class EndpointDecision:
    """What one endpoint is: the id of an asset, or `EXTERNAL`."""

    decision: int  # number within the engagement
    endpoint: str  # as written
    means: str
    reason: str
    author: str
    at: datetime


def digest(decided: Sequence[EndpointDecision]) -> dict[str, str]:
    """Return a digest of decisions in force by kind of decision; none for none."""
    if not decided:
        return {}
    numbers = sorted(each.decision for each in decided)
    return {"endpoints": hashlib.sha256(" ".join(map(str, numbers)).encode()).hexdigest()}


def fold_endpoints(endpoints: pl.Series) -> pl.Series:
    """Return endpoints as two of them are compared."""
    return endpoints.to_frame("endpoint").select(folded("endpoint")).to_series()


def outside(decided: Sequence[EndpointDecision]) -> list[str]:
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
        assets: with their `asset_id`.

    Returns:
        The same rows with the `asset_id` of what they mean, null for what is outside the estate.
    """
    if not decided:
        return resolved
    known = set(assets["asset_id"])
    own = [each for each in decided if each.means == EXTERNAL or each.means in known]
    said = {"endpoint": [each.endpoint for each in own], "means": [each.means for each in own]}
    chosen = pl.DataFrame(said, schema={"endpoint": pl.String, "means": pl.String})
    chosen = chosen.with_columns(folded("endpoint")).unique("endpoint", keep="last")
    asked = resolved.with_columns(endpoint=pl.coalesce(folded("name"), folded("address")))
    answered = asked.join(chosen, on="endpoint", how="left", maintain_order="left")
    meant = (
        pl.when(pl.col("means").is_null())
        .then("asset_id")
        .when(pl.col("means") != EXTERNAL)
        .then("means")
    )
    candidates = pl.when(pl.col("means").is_null()).then("candidates")
    return answered.with_columns(candidates, asset_id=meant).select(resolved.columns)
