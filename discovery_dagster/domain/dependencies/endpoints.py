"""What assets talk to that is in no inventory: the unknown unknowns, by subnet and port.

An address is outside the estate when it is public and no asset has one of its network; everything
else may be a machine that nobody listed.
"""

import ipaddress
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import polars as pl

from discovery_dagster.domain.dependencies.endpoint_decisions import (
    EndpointDecision,
    fold_endpoints,
    outside,
)
from discovery_dagster.domain.frames import ENDPOINTS, conform

_OF_IPV4: Final = 24  # bits of a subnet, as estates cut them
_OF_IPV6: Final = 64
#: Networks of an organisation's own (RFC 1918, RFC 6598, RFC 4193).
_PRIVATE: Final = tuple(
    ipaddress.ip_network(block)
    for block in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")
)
_LIMITED: Final = ipaddress.ip_address("255.255.255.255")


def report(
    assets: pl.DataFrame, edges: pl.DataFrame, decided: Sequence[EndpointDecision] = ()
) -> pl.DataFrame:
    """Return one row for each subnet (or name) and port that assets and strangers meet on.

    Args:
        assets: `CLASSIFIED_ASSETS`, for the networks of the estate.
        edges: `EDGES`.
        decided: what people decided that endpoints are.

    Returns:
        `ENDPOINTS`, those that most assets talk to first.
    """
    own = networks(assets["ip_addresses"])
    sides = [
        edges.filter(pl.col(f"{there}_id").is_null()).select(
            endpoint=pl.col(there),
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
    names = strange["endpoint"].drop_nulls().unique().sort().to_list()
    judged = pl.DataFrame(
        [(name, *judge(name, own)) for name in names],
        schema={"endpoint": pl.String, "subnet": pl.String, "kind": pl.String},
        orient="row",
    )
    foreign = fold_endpoints(judged["endpoint"]).is_in(outside(decided))
    judged = judged.with_columns(kind=pl.when(foreign).then(pl.lit("external")).otherwise("kind"))
    rows = (
        strange.join(judged, on="endpoint")
        .group_by("subnet", "kind", "needed", "port", "protocol", "service")
        .agg(
            pl.col("endpoint").unique().sort().alias("endpoints"),
            pl.col("asset").drop_nulls().n_unique().cast(pl.UInt32).alias("assets"),
            pl.col("seen").sum().alias("count"),
            pl.col("first").min().alias("first_seen"),
            pl.col("last").max().alias("last_seen"),
        )
        .with_columns(
            pl.when("needed").then(pl.lit("target")).otherwise(pl.lit("source")).alias("side")
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


_SHOWN: Final = 50  # endpoints that a row names; `number` counts all


def networks(addresses: pl.Series) -> set[str]:
    """Return the subnets in which an estate has addresses, given as lists."""
    distinct = addresses.explode().drop_nulls().unique()
    return {subnet for address in distinct if (subnet := network(address)) is not None}


def judge(endpoint: str, own: set[str]) -> tuple[str, str]:
    """Return the subnet of an address, or the name itself, and what kind of endpoint it is."""
    subnet = network(endpoint)
    if subnet is None:
        return endpoint, "unresolved"
    address = ipaddress.ip_address(endpoint)
    if address.is_multicast or address == _LIMITED:
        return subnet, "broadcast"
    if subnet in own and address == ipaddress.ip_network(subnet).broadcast_address:
        return subnet, "broadcast"
    if address.is_link_local or address.is_loopback or address.is_unspecified:
        return subnet, "local"
    inside = subnet in own or any(address in private for private in _PRIVATE)
    return subnet, "unresolved" if inside else "external"


@lru_cache(maxsize=1 << 16)
def network(address: str) -> str | None:
    """Return the subnet of an address in its usual size, None for what is no address."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return None
    bits = _OF_IPV4 if parsed.version == 4 else _OF_IPV6
    return str(ipaddress.ip_network((parsed, bits), strict=False))
