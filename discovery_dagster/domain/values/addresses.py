"""Network addresses: IP, MAC, and the protocol of a flow."""

from collections.abc import Callable, Sequence
from ipaddress import AddressValueError, IPv6Address, ip_network

import polars as pl

from discovery_dagster import reference
from discovery_dagster.domain.values.reading import (
    Reading,
    placeholders,
    read_others,
    with_faults,
)

_PART = r"[^\s;,|=<>\[\]\"'(){}]+"
_OCTET = r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
_QUAD = rf"(?:{_OCTET}\.){{3}}{_OCTET}"
_IPV4 = rf"^{_QUAD}$"
#: Two addresses that only a slash parts; behind the slash of one stands the length of its prefix.
_TWO = r"(\d)/(\d{1,3}\.\d{1,3}\.)"
_PADDED = r"^0*(\d{1,3})\.0*(\d{1,3})\.0*(\d{1,3})\.0*(\d{1,3})$"
#: An address behind a label or a scheme, or before a port: `eth0:10.0.0.1`, `10.0.0.1:443`.
_AMONG = rf"^(?:[a-z][\w./-]*:(?://)?)?({_QUAD})(?:/\d{{1,2}})?(?::\d{{1,5}})?[:.*]?$"
#: Which part of the address before it is its network's.
_MASK = r"^255(?:\.\d{1,3}){3}$"
_USUAL_MAC = r"^[0-9a-f]{2}(?::[0-9a-f]{2}){5}$"
_MAC = r"^([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$"


def read_addresses(cells: pl.Series) -> Reading:
    """Read lists of IPv4 and IPv6 addresses, separated in any way, into canonical text (RFC 5952).

    A network's mask or length and a zone are dropped, and so is what addresses nothing (`0.0.0.0`,
    loopback). A cell with a part that is no address, such as a remark, a label or a port, keeps
    its addresses and is a fault.

    Returns:
        Values are List[String], empty where there is no address, without repetitions.
    """
    unused = placeholders("addresses")
    usual = cells.str.contains(_IPV4) & ~cells.is_in(unused)
    return read_others(
        cells,
        usual,
        _one_each(cells),
        lambda others: _read_lists(
            others.str.replace_all(_TWO, "${1} ${2}"), _canonical_addresses, unused, _AMONG
        ),
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


def is_network(cells: pl.Series) -> pl.Series:
    """Return whether each cell is a network of several addresses, such as `10.2.0.0/16`."""
    known = {text: _is_network(text) for text in cells.drop_nulls().unique()}
    return cells.replace_strict(known, default=False, return_dtype=pl.Boolean)


def _is_network(text: str) -> bool:
    try:
        return "/" in text and ip_network(text.strip()).num_addresses > 1
    except ValueError:
        return False


def _one_each(values: pl.Series) -> pl.Series:
    return values.reshape((-1, 1)).arr.to_list()


def _read_lists(
    cells: pl.Series,
    canonical: Callable[[pl.Series], pl.Series],
    unused: Sequence[str],
    among: str | None = None,
) -> Reading:
    """Read the values in each cell; a part that is none is a fault.

    Args:
        cells: String.
        canonical: from parts to values, null where a part is none.
        unused: values, and parts, that say nothing.
        among: a pattern whose group is a value in a part that says more than it.
    """
    parts = pl.DataFrame(
        {"row": pl.int_range(len(cells), eager=True), "part": cells.str.to_lowercase()}
    ).with_columns(pl.col("part").str.extract_all(_PART))
    parts = parts.explode("part").drop_nulls()
    parts = parts.filter(~pl.col("part").str.contains(_MASK))
    parts = parts.with_columns(canonical(parts["part"]).alias("value"))
    nothing = pl.col("part").is_in([*unused, *placeholders("between")])
    parts = parts.with_columns((pl.col("value").is_null() & ~nothing).alias("fault"))
    if among is not None:
        parts = parts.with_columns(pl.coalesce("value", pl.col("part").str.extract(among, 1)))
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
    bare = bare.str.replace(_PADDED, "${1}.${2}.${3}.${4}")
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
