"""Network addresses: IP, MAC, and the protocol of a flow."""

from collections.abc import Callable, Sequence
from ipaddress import AddressValueError, IPv6Address

import polars as pl

from discovery_dagster import reference
from discovery_dagster.domain.values.reading import (
    Reading,
    placeholders,
    read_others,
    with_faults,
)

_PART = r"[^\s;,|\[\]\"'(){}]+"
_OCTET = r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
_IPV4 = rf"^(?:{_OCTET}\.){{3}}{_OCTET}$"
_USUAL_MAC = r"^[0-9a-f]{2}(?::[0-9a-f]{2}){5}$"
_MAC = r"^([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$"


def read_addresses(cells: pl.Series) -> Reading:
    """Read lists of IPv4 and IPv6 addresses, separated in any way, into canonical text (RFC 5952).

    A prefix length and a zone are dropped, and so is what addresses nothing (`0.0.0.0`, loopback).
    A cell with a part that is no address keeps its other addresses and is a fault.

    Returns:
        Values are List[String], empty where there is no address, without repetitions.
    """
    unused = placeholders("addresses")
    usual = cells.str.contains(_IPV4) & ~cells.is_in(unused)
    return read_others(
        cells,
        usual,
        _one_each(cells),
        lambda others: _read_lists(others, _canonical_addresses, unused),
    )


def read_address(cells: pl.Series) -> Reading:
    """Read single addresses as `read_addresses` does; a cell with several is a fault."""
    reading = read_addresses(cells)
    several = reading.values.list.len() > 1
    return Reading(reading.values.list.first().set(several, None), reading.faults | several)


def read_macs(cells: pl.Series) -> Reading:
    """Read lists of MAC addresses in any notation into lower case with colons.

    Returns:
        Values are List[String], empty where there is none, without repetitions.
    """
    unused = _canonical_macs(pl.Series(placeholders("mac_addresses"))).to_list()

    def read_unusual(others: pl.Series) -> Reading:
        values = others.str.to_lowercase().str.replace_all("-", ":", literal=True)
        return read_others(
            others,
            values.str.contains(_USUAL_MAC) & ~values.is_in(unused),
            _one_each(values),
            lambda lists: _read_lists(lists, _canonical_macs, unused),
        )

    usual = cells.str.contains(_USUAL_MAC) & ~cells.is_in(unused)
    return read_others(cells, usual, _one_each(cells), read_unusual)


def read_protocol(cells: pl.Series) -> Reading:
    """Read protocols, written as a name or as the number that IANA assigned, into lower case."""
    numbers = {str(number): name for number, name in reference.load("protocols").items()}
    # Spreadsheets write the number 6 as 6.0 where its column once held decimals.
    named = cells.str.to_lowercase().str.replace(r"^(\d+)\.0+$", "${1}").replace(numbers)
    written = named.str.contains(r"^[a-z][a-z0-9./+-]*$").fill_null(False)
    return with_faults(cells, named.set(~written, None))


def is_address(cells: pl.Series) -> pl.Series:
    """Return whether each cell is one IP address and nothing else; never null."""
    return _canonical_addresses(cells.str.strip_chars().str.to_lowercase()).is_not_null()


def _one_each(values: pl.Series) -> pl.Series:
    return values.reshape((-1, 1)).arr.to_list()


def _read_lists(
    cells: pl.Series, canonical: Callable[[pl.Series], pl.Series], unused: Sequence[str]
) -> Reading:
    parts = pl.DataFrame(
        {"row": pl.int_range(len(cells), eager=True), "part": cells.str.to_lowercase()}
    ).with_columns(pl.col("part").str.extract_all(_PART))
    parts = parts.explode("part").drop_nulls()
    parts = parts.with_columns(canonical(parts["part"]).alias("value"))
    parts = parts.with_columns(
        (pl.col("value").is_null() & ~pl.col("part").is_in(unused)).alias("fault"),
    )
    read = parts.group_by("row", maintain_order=True).agg(
        pl.col("value").filter(~pl.col("value").is_in(unused)).unique(maintain_order=True),
        pl.col("fault").any(),
    )
    rows = pl.DataFrame({"row": pl.int_range(len(cells), eager=True)})
    joined = rows.join(read, on="row", how="left", maintain_order="left")
    empty = pl.lit([], dtype=pl.List(pl.String))
    return Reading(
        joined.select(pl.col("value").fill_null(empty)).to_series(),
        joined["fault"].fill_null(False),
    )


def _canonical_addresses(parts: pl.Series) -> pl.Series:
    bare = parts.str.replace(r"/\d{1,3}$", "").str.replace(r"%[\w.-]+$", "")
    version_4 = bare.str.contains(_IPV4).fill_null(False)
    with_colon = bare.str.contains(":", literal=True).fill_null(False) & ~version_4
    distinct = bare.filter(with_colon).unique().to_list()
    known = {text: _ipv6(text) for text in distinct}
    return bare.set(~version_4, None).zip_with(
        ~with_colon, bare.replace_strict(known, default=None, return_dtype=pl.String)
    )


def _ipv6(text: str) -> str | None:
    try:
        address = IPv6Address(text)
    except AddressValueError:
        return None
    return str(address.ipv4_mapped or address)


def _canonical_macs(parts: pl.Series) -> pl.Series:
    digits = parts.str.replace_all(r"[:.-]", "")
    colons = digits.str.replace(_MAC, "${1}:${2}:${3}:${4}:${5}:${6}")
    return colons.set(~digits.str.contains(_MAC).fill_null(False), None)
