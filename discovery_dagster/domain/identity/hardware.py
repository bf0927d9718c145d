"""Identifiers of hardware and firmware as they are compared: serial numbers, UUIDs, MAC addresses.

What placeholders and copies look like is in `reference/placeholders.yaml` and `identifiers.yaml`.
"""

import polars as pl

from discovery_dagster.domain.names.hosts import folded
from discovery_dagster.reference import load


def smbios() -> pl.Expr:
    """Return the UUID, whichever byte order its first three fields were read in.

    SMBIOS before 2.6 left the order open (DSP0134, 7.2.1), so two tools show one UUID in two ways.
    VMware writes the UUID into the serial number.
    """
    written = folded("serial_number").str.replace_all(r"[ -]", "")
    uuid = pl.coalesce(
        pl.col("smbios_uuid").str.to_lowercase().str.replace_all(r"[^0-9a-f]", ""),
        written.str.extract(r"^vmware([0-9a-f]{32})$"),
    )
    swapped = uuid.str.replace(r"^(..)(..)(..)(..)(..)(..)(..)(..)(.{16})$", "$4$3$2$1$6$5$8$7$9")
    no_uuid = load("placeholders")["uuids"]
    valid = uuid.str.contains(r"^[0-9a-f]{32}$") & ~uuid.is_in(no_uuid) & ~_repeated(uuid)
    return pl.when(valid).then(pl.min_horizontal(uuid, swapped))


def serial() -> pl.Expr:
    """Return the serial number without punctuation, null where it identifies nothing."""
    return _number("serial_number")


def derived_serial() -> pl.Expr:
    """Return whether a hypervisor made the serial number from the UUID, which clones share."""
    derived = folded("serial_number").str.contains(load("identifiers")["derived_serials"])
    return derived.fill_null(value=False)


def tag() -> pl.Expr:
    """Return the asset tag without punctuation, null where it identifies nothing."""
    return _number("asset_tag")


def _number(column: str) -> pl.Expr:
    number = _compact(folded(column))
    words = pl.DataFrame({"word": load("placeholders")["serial_numbers"]})
    meaningful = ~number.is_in(words.select(_compact(pl.col("word"))).to_series().to_list())
    longer = number.str.len_chars() >= load("identifiers")["serial_length"]
    return pl.when(meaningful, longer, ~_repeated(number)).then(number)


def _compact(text: pl.Expr) -> pl.Expr:
    return text.str.replace_all(r"[^\p{L}\p{N}]", "")


def _repeated(text: pl.Expr) -> pl.Expr:
    return text.str.contains(load("identifiers")["repeated_character"])


def vendor() -> pl.Expr:
    """Return the vendor's first word: what follows is `Inc.`, `GmbH` or a division."""
    return folded("vendor").str.extract(r"([\p{L}\p{N}]+)").replace(load("identifiers")["vendors"])


def macs() -> pl.Expr:
    """Return the MAC addresses that are the thing's own."""
    nobody = load("placeholders")["mac_addresses"]
    address = pl.element()
    own = ~address.str.replace_all(":", "").is_in(nobody)
    for prefix in load("identifiers")["shared_mac_prefixes"]:
        own &= ~address.str.starts_with(prefix)
    return pl.col("mac_addresses").list.eval(address.filter(own))
