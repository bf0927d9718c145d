"""Terraform and OpenTofu: state of all versions, and what `show -json` prints of state or plan.

Source: Terraform's documentation of its JSON output format, and state files of version 4, and of
versions 1 to 3, whose resources stand by their addresses and have one `primary` instance. A
resource has a label, which is no name, and may have been made several times; each instance is a
record. What its attributes are called is its provider's matter. Types are data in
`reference/cloud_resources.yaml`; what is none of them configures others.
"""

from collections.abc import Mapping
from typing import Final

import polars as pl

from discovery_dagster import reference
from discovery_dagster.domain.formats.base import Exclusion, Kind, Rule, TableFormat, TypePatterns
from discovery_dagster.domain.formats.cloud import tag_columns, with_values_inside
from discovery_dagster.domain.formats.reshaping import add_columns, cells_of, product_of
from discovery_dagster.domain.source_tables import SourceTable

_PREFIXES: Final = ("attributes", "values", "primary.attributes")
_ADDRESS: Final = "key of the record"  # of a resource, before version 4
_FIT: Final = 60
_TYPES: Final[Mapping[str, str]] = {
    word: asset_type
    for asset_type, words in reference.load("cloud_resources")["terraform"].items()
    for word in words
}

#: What attributes mean, by their folded names, in the order in which they are taken.
_ATTRIBUTES: Final[Mapping[str, tuple[str, ...]]] = {
    "name": ("tags name", "tags all name", "name", "identifier", "label", "cluster identifier",
             "cluster id", "function name", "bucket", "hostname", "vm name", "instance name",
             "display name", "db name"),
    "hostname": ("computer name", "guest hostname", "host name"),
    "fqdn": ("fqdn", "address", "endpoint", "dns name", "fully qualified domain name",
             "default hostname", "private fqdn"),
    "ip_addresses": ("private ip", "public ip", "private ip address", "private ip addresses",
                     "public ip address", "public ip addresses", "default ip address",
                     "guest ip addresses", "ipv4 address", "ipv4 address private", "ipv6 address",
                     "access ip v4", "network ip", "private ips", "primary ip address"),
    "smbios_uuid": ("uuid", "virtual machine id"),
    "provider_id": ("arn", "id"),
    "product": ("engine",),
    "status": ("instance state", "status", "power state", "state"),
    "location": ("availability zone", "zone", "location", "region", "datacenter"),
    "scope": ("project", "owner id"),
    "cpu_cores": ("num cpus", "vcpus", "vcpu", "cpus"),
    "storage_gb": ("allocated storage",),
    "os_name": ("guest id", "os type", "platform details", "platform", "image"),
    "description": ("description", "annotation"),
}  # fmt: skip


def _columns() -> dict[str, Rule]:
    prefixes = [prefix.replace(".", " ") for prefix in _PREFIXES]
    tags = [f"{prefix} {tags}" for prefix in prefixes for tags in ("tags", "labels")]
    rules = dict(tag_columns(*tags))
    for prefix in prefixes:
        for field, names in _ATTRIBUTES.items():
            for order, name in enumerate(names, 1):
                rules[f"{prefix} {name}"] = Rule(field, order=order)
        rules[f"{prefix} memory"] = Rule("memory_gb", unit="MiB")
    return rules


def _is_unknown(cell: str) -> bool:
    return cell not in _TYPES


def _fits(table: SourceTable) -> int:
    header = set(table.header)
    begins = tuple(f"{prefix}." for prefix in _PREFIXES)
    described = any(column.startswith(begins) for column in header)
    return _FIT if described and "type" in header and header & {"mode", "address", _ADDRESS} else 0


FORMATS = (
    TableFormat(
        name="terraform.resources",
        kind=Kind.ASSETS,
        fit=_fits,
        at_most=_FIT,
        columns={
            **_columns(),
            "type": Rule("declared_type"),
            "image": Rule("os_name"),
            "addresses inside": Rule("ip_addresses"),
            "virtual processors": Rule("cpu_cores", order=9),
            "name": Rule("unmapped"),  # the label
        },
        type_patterns=TypePatterns(
            "declared_type", dict(sorted(_TYPES.items(), key=lambda each: -len(each[0])))
        ),
        exclusions=(
            Exclusion("mode", frozenset({"data"}), "It is a data source: read, not managed."),
            Exclusion("type", _is_unknown, "It configures others and is no thing of the estate."),
        ),
        synonyms=False,
    ),
)

_LISTS: Final = ("network_interface", "network_interfaces", "network", "guest_ip_addresses")
_ADDRESSES: Final = frozenset(
    {"network_ip", "nat_ip", "private_ip", "private_ip_address", "fixed_ip_v4", "ipv4_address"}
)
_IMAGES: Final = ("source_image_reference", "storage_image_reference")


def reshape(tables: tuple[SourceTable, ...]) -> tuple[SourceTable, ...]:
    """Add what resources say inside lists: addresses of interfaces and images of machines."""
    return tuple(_reshape(table) if _fits(table) else table for table in tables)


def _reshape(table: SourceTable) -> SourceTable:
    lists = [f"{prefix}.{name}" for prefix in _PREFIXES for name in _LISTS]
    table = with_values_inside(table, {"addresses inside": (lists, _ADDRESSES)})
    if _ADDRESS in table.header:
        is_data = cells_of(table, _ADDRESS).str.starts_with("data.")
        modes = is_data.replace_strict({True: "data", False: "managed"}, return_dtype=pl.String)
        table = add_columns(table, {"mode": modes})
    images = [f"{prefix}.{name}" for prefix in _PREFIXES for name in _IMAGES]
    image_columns = [cells_of(table, name) for name in images if name in table.header]
    added = dict[str, pl.Series]()
    if image_columns:
        parts = ('"offer":"([^"]*)"', '"sku":"([^"]*)"')
        words = pl.DataFrame(
            [cells.alias(str(at)) for at, cells in enumerate(image_columns)]
        ).select(
            pl.concat_str(
                (pl.coalesce(pl.all()).str.extract(part) for part in parts),
                separator=" ",
                ignore_nulls=True,
            ).replace("", None)
        )
        image = words.to_series().str.replace_all(r"[-_]", " ")
        added["image"] = image.str.replace(r"^\d+ com ", "")
    for prefix in _PREFIXES:
        folded = prefix.replace(".", " ")
        cores = product_of(table, f"{folded} cpu core count", f"{folded} cpu threads per core")
        if cores is not None:
            added["virtual processors"] = cores
    return add_columns(table, added)
