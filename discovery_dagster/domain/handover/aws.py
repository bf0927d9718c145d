"""AWS Migration Hub: the import template of Application Discovery Service.

Columns, their units and lists as in "Importing data into Migration Hub" (Application Discovery
Service, user guide). Each row needs an identifier; the asset's id is the `ExternalId`, which AWS
matches before all else, so that a later export updates the same servers.
"""

from collections.abc import Sequence
from typing import Any, Final

import polars as pl

from discovery_dagster.domain.handover import Handover, Row, mebibytes, sift
from discovery_dagster.domain.tables.words import AssetType
from discovery_dagster.domain.values.names import read_host

COLUMNS: Final = (
    "ExternalId", "IPAddress", "MACAddress", "HostName", "CPU.NumberOfCores", "OS.Name",
    "OS.Version", "VMware.VMName", "RAM.TotalSizeInMB", "Applications", "ApplicationWave",
)  # fmt: skip

MACHINES: Final = (AssetType.SERVER, AssetType.VIRTUAL_MACHINE)

NO_MACHINE: Final = "they are neither servers nor virtual machines"


def hand_over(assets: Sequence[Row], dependencies: Sequence[Row]) -> Handover:
    """Return the server import of a session; the format has no dependencies.

    Args:
        assets: rows of the export `assets`.
        dependencies: not used.
    """
    fitting, left = sift(
        assets,
        lambda asset: None if asset["type"] in MACHINES else NO_MACHINE,
        unique=False,
    )
    hosts = _hosts(fitting)
    nameless = hosts.count(None)
    notes = (
        [f"{nameless} names that no host can have are left out: `ExternalId` tells these servers."]
        if nameless
        else []
    )
    rows = [_row(asset, host) for asset, host in zip(fitting, hosts, strict=True)]
    return Handover(COLUMNS, rows, left, notes)


def _hosts(assets: Sequence[Row]) -> list[str | None]:
    """The host name of each asset, None where what it is called is none."""
    called = [asset["fqdn"] or asset["hostname"] or asset["name"] for asset in assets]
    read = read_host(pl.Series(called, dtype=pl.String))
    hosts = read.values.set(read.faults, None)  # a name with a remark is none for others
    return [name if host is not None else None for name, host in zip(called, hosts, strict=True)]


def _row(asset: Row, host: str | None) -> list[Any]:
    return [
        asset["id"],
        _listed(asset["ip_addresses"]),
        _listed(asset["mac_addresses"]),
        host,
        asset["cpu_cores"],
        asset["os_name"],
        asset["os_version"],
        asset["name"] if asset["type"] == AssetType.VIRTUAL_MACHINE else None,
        mebibytes(asset["memory_gb"]),
        # A comma parts applications; one inside a name would make two of it.
        _listed([name.replace(",", " ") for name in asset["applications"]]),
        asset["wave"],
    ]


def _listed(values: Sequence[str]) -> str | None:
    return ", ".join(values) or None
