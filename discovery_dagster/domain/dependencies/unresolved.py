"""Why an end of an edge is no asset: answers that are easily confused.

`ambiguous` means several assets, `external` lies outside the estate, `unmatched` may be a machine
that no inventory lists; `broadcast` and `local` addresses are no machine's. An address is outside
the estate when it is public and no asset has one of its network.
"""

import ipaddress
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import polars as pl

from discovery_dagster.domain.decisions.endpoints import (
    EXTERNAL,
    EndpointDecision,
    external_endpoints,
    fold_endpoints,
)
from discovery_dagster.domain.tables.words import Unresolved

AMBIGUOUS: Final = Unresolved.AMBIGUOUS
UNMATCHED: Final = Unresolved.UNMATCHED
BROADCAST: Final = Unresolved.BROADCAST
LOCAL: Final = Unresolved.LOCAL

_OF_IPV4: Final = 24  # bits of a subnet, as estates cut them
_IPV4_SUBNET: Final = r"^(\d+\.\d+\.\d+)\.\d+$"  # what addresses of one subnet have in common
_OF_IPV6: Final = 64
#: Networks of an organisation's own (RFC 1918, RFC 6598, RFC 4193).
_PRIVATE: Final = tuple(
    ipaddress.ip_network(block)
    for block in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")
)
_LIMITED: Final = ipaddress.ip_address("255.255.255.255")


def explain(
    edges: pl.DataFrame,
    ends: pl.DataFrame,
    assets: pl.DataFrame,
    decided: Sequence[EndpointDecision],
) -> pl.DataFrame:
    """Say of each end of an edge that is no asset why it is none.

    Args:
        edges: with `source`, `source_id`, `target` and `target_id`.
        ends: `end` as edges name it, `asset_id`, and the ids of its `candidates`, or null.
        assets: with `asset_id`, `name` and `ip_addresses`.
        decided: what people decided that endpoints are.

    Returns:
        The same rows in the same order with `source_why`, `source_candidates`, `target_why` and
        `target_candidates` of `EDGES`.
    """
    explained = _explanations(ends.filter(pl.col("asset_id").is_null()), assets, decided)
    for side in ("source", "target"):
        own = explained.rename({"why": f"{side}_why", "candidates": f"{side}_candidates"})
        edges = edges.join(own, left_on=side, right_on="end", how="left", maintain_order="left")
        unresolved = pl.col(f"{side}_id").is_null()
        edges = edges.with_columns(
            pl.when(unresolved).then(f"{side}_why"), pl.when(unresolved).then(f"{side}_candidates")
        )
    return edges


def _explanations(
    unresolved: pl.DataFrame, assets: pl.DataFrame, decided: Sequence[EndpointDecision]
) -> pl.DataFrame:
    """One row per end that is no asset: `end, why, candidates`."""
    own = networks(assets["ip_addresses"])
    ends = unresolved["end"].drop_nulls().unique()
    reasons = pl.DataFrame(
        {"end": ends, "why": [classify_endpoint(end, own) for end in ends]},
        schema={"end": pl.String, "why": pl.String},
    )
    known = assets.select(id="asset_id", name="name")
    candidates = (
        unresolved.select("end", id="candidates")
        .explode("id")
        .drop_nulls()
        .unique()
        .join(known, on="id")
        .sort("name", "id")
        .group_by("end")
        .agg(pl.struct("id", "name").alias("candidates"))
    )
    foreign = fold_endpoints(reasons["end"]).is_in(external_endpoints(decided))
    meaningful = pl.col("why").is_in([UNMATCHED, EXTERNAL]) & ~foreign
    explained = reasons.join(candidates, on="end", how="left").with_columns(
        candidates=pl.when(meaningful).then("candidates")
    )
    return explained.with_columns(
        why=pl.when(foreign)
        .then(pl.lit(EXTERNAL))
        .when(pl.col("candidates").is_not_null())
        .then(pl.lit(AMBIGUOUS))
        .otherwise("why")
    )


def ambiguous() -> pl.Expr:
    """Return whether an end of an edge may be one of several assets."""
    return pl.any_horizontal(
        (pl.col(f"{side}_why") == AMBIGUOUS).fill_null(value=False) for side in ("source", "target")
    )


def networks(addresses: pl.Series) -> set[str]:
    """Return the subnets in which an estate has addresses, given as lists."""
    distinct = addresses.explode().drop_nulls().unique()
    # One address speaks for its subnet: parsing each of 100,000 took 7 s.
    shared = pl.coalesce(pl.col("address").str.extract(_IPV4_SUBNET), "address")
    speakers = pl.DataFrame({"address": distinct}).unique(shared)["address"]
    return {subnet for address in speakers if (subnet := network(address)) is not None}


def classify_endpoint(endpoint: str, own: set[str]) -> str:
    """Return why an endpoint that fits no asset is none; `own` are the estate's subnets."""
    subnet = network(endpoint)
    if subnet is None:
        return UNMATCHED
    address = ipaddress.ip_address(endpoint)
    if address.is_multicast or address == _LIMITED:
        return BROADCAST
    if subnet in own and address == ipaddress.ip_network(subnet).broadcast_address:
        return BROADCAST
    if address.is_link_local or address.is_loopback or address.is_unspecified:
        return LOCAL
    inside = subnet in own or any(address in private for private in _PRIVATE)
    return UNMATCHED if inside else EXTERNAL


@lru_cache(maxsize=1 << 16)
def network(address: str) -> str | None:
    """Return the subnet of an address in its usual size, None for what is no address."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return None
    bits = _OF_IPV4 if parsed.version == 4 else _OF_IPV6
    return str(ipaddress.ip_network((parsed, bits), strict=False))


def is_subnet(text: str) -> bool:
    """Whether a text is a subnet as `network` writes them."""
    address, slash, _ = text.partition("/")
    return bool(slash) and network(address) == text


def in_subnet(endpoint: str, subnet: str) -> bool:
    """Whether an endpoint is an address of a subnet that `network` gave."""
    return network(endpoint) == subnet
