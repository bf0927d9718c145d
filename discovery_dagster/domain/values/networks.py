"""Cells that name a network, a range or a group: no one thing, and so no end of a dependency.

Firewall rules and lists of permitted connections name such beside single hosts.
"""

from functools import cache
from typing import Final

import polars as pl

from discovery_dagster import reference
from discovery_dagster.domain.values.addresses import is_address
from discovery_dagster.domain.words import fold

_IPV4: Final = r"\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}"
_PREFIXED: Final = rf"^({_IPV4})/(\d{{1,2}})$"
_PREFIXED_6: Final = r"^[0-9a-f:]*::/\d{1,3}$"
_RANGE: Final = rf"^{_IPV4}\s*(?:-|\x{{2013}}|to|bis)\s*(?:{_IPV4}|\d{{1,3}})$"
#: A network in the name of an object: `NET_10.9.0.0_24`.
_IN_NAME: Final = rf"{_IPV4}[_/-]\d{{1,2}}$"
#: What may stand behind an address: `/24`, `%eth0`, `:443` after one of version 4.
_BEHIND: Final = r"/\d{1,3}$|%[\w.-]+$"
_OF_HOST: Final = rf"^[A-Za-z]{{0,6}}[-_ ]?({_IPV4})(?:[/_-]32)?$"
_BITS: Final = 32


def are_networks(cells: pl.Series) -> pl.Series:
    """Whether each cell is a subnet or a range of addresses; never null.

    An address with the length of its prefix (`10.0.0.5/24`) is that of one interface; a subnet is
    one whose bits behind the prefix are zero.
    """
    text = cells.str.strip_chars().str.to_lowercase()
    maybe = text.str.contains(r"[/\x{2013}-]|\s(?:to|bis)\s").fill_null(False)
    if not maybe.any():
        return maybe
    parts = pl.DataFrame({"text": text}).with_columns(
        bits=pl.col("text").str.extract(_PREFIXED, 2).cast(pl.Int64, strict=False),
        octets=pl.col("text").str.extract(_PREFIXED, 1).str.split("."),
    )
    octets = (pl.col("octets").list.get(at, null_on_oob=True).cast(pl.Int64) for at in range(4))
    number = sum(octet * 256 ** (3 - at) for at, octet in enumerate(octets))
    behind = pl.lit(2, pl.Int64).pow((_BITS - pl.col("bits")).clip(0, _BITS)).cast(pl.Int64)
    subnet = (pl.col("bits") < _BITS) & (number % behind == 0)
    return parts.select(
        (
            subnet.fill_null(False)
            | pl.col("text").str.contains(_PREFIXED_6)
            | pl.col("text").str.contains(_RANGE)
        ).fill_null(False)
    ).to_series()


def no_hosts(cells: pl.Series) -> pl.Series:
    """Return why each address is that of no one host, with `{}` for the end that it is.

    Args:
        cells: as written; a port behind a colon, a prefix and a zone are put aside.

    Returns:
        A sentence for loopback, broadcast, multicast and unspecified addresses; null for others.
    """
    text = cells.str.strip_chars().str.to_lowercase().str.replace(_BEHIND, "")
    rules = reference.load("ends")["no_hosts"].values()
    reasons = (
        pl.when(pl.col("text").str.contains(each["pattern"])).then(pl.lit(each["reason"]))
        for each in rules
    )
    return text.alias("text").to_frame().select(reason=pl.coalesce(reasons)).to_series()


def name_many(cells: pl.Series) -> pl.Series:
    """Whether each cell names everybody, a network or a group, as rules do; never null."""
    text = cells.str.strip_chars().str.to_lowercase()
    single = text.str.contains(_OF_HOST) | is_address(cells)
    words = cells.map_elements(fold, pl.String).str.split(" ")
    grouped = words.list.eval(pl.element().is_in(sorted(_groups()))).list.any()
    return (
        text.is_in(sorted(_everybody()))
        | are_networks(cells)
        | (~single & (text.str.contains(_IN_NAME) | grouped))
    ).fill_null(False)


def host_of(cells: pl.Series) -> pl.Series:
    """Return the address in the name of an object for one host (`host_10.1.1.4`), else the cell."""
    return cells.str.extract(_OF_HOST, 1).fill_null(cells)


@cache
def _everybody() -> frozenset[str]:
    return frozenset(reference.load("ends")["rules"]["everybody"])


@cache
def _groups() -> frozenset[str]:
    return frozenset(reference.load("ends")["rules"]["groups"])
