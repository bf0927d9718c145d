"""What `az … list` and Azure Resource Graph print: machines, databases, sites and the rest.

Source: the Azure CLI reference (`az vm list -d`, `az resource list`, `az graph query`), and the
types of Resource Graph. A machine is known by its resource's name and by the host name inside it.
Types that are no things are data in `reference/cloud_resources.yaml`.
"""

from functools import partial

import polars as pl

from discovery_dagster import reference
from discovery_dagster.domain.formats.base import Exclusion, Kind, Rule, TableFormat, TypePatterns
from discovery_dagster.domain.formats.cloud import tag_columns, with_values_inside
from discovery_dagster.domain.formats.reshaping import add_columns, cells_of
from discovery_dagster.domain.source_tables import SourceTable

_TYPES = reference.load("cloud_resources")["azure"]
_RESOURCE = r"(?i)^/subscriptions/"
_IMAGE = ("storageProfile.imageReference.offer", "storageProfile.imageReference.sku")


def _begins(cell: str, types: tuple[str, ...]) -> bool:
    return cell.lower().startswith(types)


def _is_resource_list(table: SourceTable) -> int:
    """Whether the records are resources: most have an id that begins with its subscription."""
    if "id" not in table.header or not {"type", "name"} & set(table.header):
        return 0
    ids = cells_of(table, "id").drop_nulls()
    known = ids.str.contains(_RESOURCE).sum()
    return _FIT if ids.len() and 2 * known > ids.len() else 0


_FIT = 50
_INSIDE = {
    "inner addresses": (
        ("networkProfile.networkInterfaces", "properties.ipConfigurations", "ipConfigurations"),
        {"privateIpAddress", "privateIPAddress"},
    ),
}

RESOURCES = TableFormat(
    name="azure.resources",
    kind=Kind.ASSETS,
    fit=_is_resource_list,
    at_most=_FIT,
    columns={
        **tag_columns("tags"),
        "id": Rule("provider_id"),
        "name": Rule("name"),
        "type": Rule("declared_type"),
        "kind": Rule("unmapped"),
        "location": Rule("location"),
        "subscription id": Rule("scope"),
        "subscription": Rule("scope", order=1),
        "os profile computer name": Rule("hostname"),
        "properties os profile computer name": Rule("hostname"),
        "properties extended instance view computer name": Rule("hostname", order=1),
        "properties dns fqdn": Rule("fqdn"),
        "fully qualified domain name": Rule("fqdn"),
        "properties fully qualified domain name": Rule("fqdn"),
        "default host name": Rule("fqdn", order=1),
        "properties default host name": Rule("fqdn", order=1),
        "host name": Rule("fqdn", order=2),
        "private ips": Rule("ip_addresses"),
        "public ips": Rule("ip_addresses"),
        "private ip": Rule("ip_addresses"),
        "private ip address": Rule("ip_addresses"),
        "public ip": Rule("ip_addresses"),
        "inner addresses": Rule("ip_addresses"),
        "mac addresses": Rule("mac_addresses"),
        "image": Rule("os_name"),
        "properties extended instance view os name": Rule("os_name", order=1),
        "instance view os name": Rule("os_name", order=1),
        "properties os sku": Rule("os_name", order=1),
        "storage profile os disk os type": Rule("os_name", order=2),
        "properties storage profile os disk os type": Rule("os_name", order=2),
        "properties extended instance view os version": Rule("os_version"),
        "instance view os version": Rule("os_version"),
        "power state": Rule("status"),
        "properties extended instance view power state display status": Rule("status"),
        "properties extended instance view power state code": Rule("status", order=1),
        "state": Rule("status", order=2),
        "properties state": Rule("status", order=2),
        "user visible state": Rule("status", order=2),
        "provisioning state": Rule("unmapped"),  # of the order, not of the thing
    },
    type_patterns=TypePatterns("declared_type", _TYPES["types"]),
    exclusions=tuple(
        Exclusion("type", partial(_begins, types=tuple(types)), reason)
        for reason, types in _TYPES["ignored"].items()
    ),
)

FORMATS = (RESOURCES,)


def reshape(tables: tuple[SourceTable, ...]) -> tuple[SourceTable, ...]:
    """Add what resources say inside lists, the subscription of their ids, and machines' images."""
    return tuple(_reshape(table) if _is_resource_list(table) else table for table in tables)


def _reshape(table: SourceTable) -> SourceTable:
    table = with_values_inside(table, _INSIDE)
    added = {"subscription": cells_of(table, "id").str.extract(r"(?i)^/subscriptions/([^/]+)")}
    for prefix in ("", "properties."):
        parts = [f"{prefix}{part}" for part in _IMAGE]
        if set(parts) <= set(table.header):
            cells = pl.DataFrame({part: cells_of(table, part) for part in parts})
            added["image"] = cells.select(pl.concat_str(pl.all(), separator=" ")).to_series()
    return add_columns(table, added)
