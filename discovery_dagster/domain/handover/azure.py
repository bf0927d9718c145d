"""Azure Migrate: the CSV that it imports servers from.

Mandatory columns carry a star. Azure Migrate tells servers by their names, updates by them, and
takes 20,000 a project (Microsoft Learn, "Import servers by using a CSV file"). It knows operating
systems by names of its own and marks others when it reads the file.
"""

from collections.abc import Sequence
from typing import Any, Final

from discovery_dagster.domain.handover import Handover, Row, mebibytes, sift
from discovery_dagster.domain.handover.aws import MACHINES, NO_MACHINE
from discovery_dagster.domain.tables.words import AssetType

COLUMNS: Final = (
    "*Server name", "IP addresses", "*Cores", "*Memory (In MB)", "*OS name", "OS version",
    "Server type", "MAC addresses",
)  # fmt: skip

MOST: Final = 20_000

INCOMPLETE: Final = "their cores, memory or operating system are not known, which are mandatory"

_TYPES: Final = {AssetType.SERVER: "Physical", AssetType.VIRTUAL_MACHINE: "Virtual"}


def hand_over(assets: Sequence[Row], dependencies: Sequence[Row]) -> Handover:
    """Return the server import of a session; the format has no dependencies.

    Args:
        assets: rows of the export `assets`.
        dependencies: not used.
    """
    fitting, left = sift(assets, _why_not, unique=True)
    notes = (
        [f"Azure Migrate takes {MOST} servers a project; the file has {len(fitting)}."]
        if len(fitting) > MOST
        else []
    )
    return Handover(COLUMNS, [_row(asset) for asset in fitting], left, notes)


def _why_not(asset: Row) -> str | None:
    if asset["type"] not in MACHINES:
        return NO_MACHINE
    known = asset["cpu_cores"] and asset["memory_gb"] and asset["os_name"]
    return None if known else INCOMPLETE


def _row(asset: Row) -> list[Any]:
    return [
        asset["name"],
        ";".join(asset["ip_addresses"]) or None,
        asset["cpu_cores"],
        mebibytes(asset["memory_gb"]),
        asset["os_name"],
        asset["os_version"],
        _TYPES[asset["type"]],
        ";".join(asset["mac_addresses"]) or None,
    ]
