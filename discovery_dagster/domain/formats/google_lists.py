"""What `gcloud … list --format=json` and Cloud Asset Inventory print.

Source: the Google Cloud CLI reference (compute instances, sql instances, run, asset search). Zones
and types of machines are written as addresses of the API, of which the last part is the name.
"""

import polars as pl

from discovery_dagster import reference
from discovery_dagster.domain.formats.base import Exclusion, Kind, Rule, TableFormat, TypePatterns
from discovery_dagster.domain.formats.cloud import tag_columns, with_values_inside
from discovery_dagster.domain.formats.reshaping import add_columns, cells_of
from discovery_dagster.domain.source_tables import SourceTable

_WORDS = reference.load("cloud_resources")["google"]
_TYPES = TypePatterns("declared_type", _WORDS["types"])
_NOT_ASSETS = "It is a part or a rule of other resources."


def _is_no_asset(cell: str) -> bool:
    word = cell.lower()
    return word not in _WORDS["types"] and word.startswith(tuple(_WORDS["only"]))


RESOURCES = TableFormat(
    name="google.resources",
    kind=Kind.ASSETS,
    headers=(
        frozenset({"name", "kind", "self link"}),
        frozenset({"name", "machine type", "network interfaces"}),
        frozenset({"name", "machine type", "zone", "status"}),
        frozenset({"name", "database version", "settings tier"}),
    ),
    columns={
        **tag_columns("labels", "settings user labels"),
        "name": Rule("name"),
        "id": Rule("provider_id"),
        "kind": Rule("declared_type"),
        "machine type": Rule("unmapped"),
        "hostname": Rule("hostname"),
        "addresses inside": Rule("ip_addresses"),
        "internal ip": Rule("ip_addresses"),
        "external ip": Rule("ip_addresses"),
        "license": Rule("os_name"),
        "database": Rule("product"),
        "status": Rule("status"),
        "state": Rule("status", order=1),
        "zone name": Rule("location"),
        "region": Rule("location", order=1),
        "project name": Rule("scope"),
        "project": Rule("scope", order=1),
        "settings data disk size gb": Rule("storage_gb", unit="GB"),
        "description": Rule("description"),
    },
    type_patterns=_TYPES,
    exclusions=(Exclusion("kind", _is_no_asset, _NOT_ASSETS),),
)

ASSETS = TableFormat(
    name="google.assets",
    kind=Kind.ASSETS,
    headers=(frozenset({"asset type", "name", "display name"}),),
    columns={
        **tag_columns("labels"),
        "display name": Rule("name"),
        "name": Rule("provider_id"),
        "asset type": Rule("declared_type"),
        "location": Rule("location"),
        "project": Rule("scope"),
        "state": Rule("status"),
        "description": Rule("description"),
        "additional attributes internal i ps": Rule("ip_addresses"),
        "additional attributes external i ps": Rule("ip_addresses"),
    },
    type_patterns=_TYPES,
    exclusions=(Exclusion("asset type", _is_no_asset, _NOT_ASSETS),),
)

FORMATS = (RESOURCES, ASSETS)

_INSIDE = {
    "addresses inside": (
        ("networkInterfaces", "ipAddresses"),
        {"networkIP", "natIP", "ipAddress"},
    ),
    "license": (("disks",), {"license"}),
}
_LICENSE = r"\"licenses\":\[\"[^\"]*/([\w-]+)\""
_LAST = r"([^/]+)$"


def reshape(tables: tuple[SourceTable, ...]) -> tuple[SourceTable, ...]:
    """Add addresses inside lists, and names inside addresses of the API."""
    return tuple(_reshape(table) if RESOURCES.specificity(table) else table for table in tables)


def _reshape(table: SourceTable) -> SourceTable:
    table = with_values_inside(table, _INSIDE)
    header, added = set(table.header), dict[str, pl.Series]()
    if "zone" in header:
        added["zone name"] = cells_of(table, "zone").str.extract(_LAST)
    if "selfLink" in header:
        added["project name"] = cells_of(table, "selfLink").str.extract(r"/projects/([^/]+)/")
    if "databaseVersion" in header:
        version = cells_of(table, "databaseVersion")
        added["database"] = version.str.replace_all("_", " ", literal=True)
    if "disks" in header:
        license_ = cells_of(table, "disks").str.extract(_LICENSE)
        added["license"] = license_.str.replace_all("-", " ", literal=True)
    return add_columns(table, added)
