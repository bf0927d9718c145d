"""Hosts that monitoring watches: Zabbix, PRTG, Nagios, Checkmk and targets of Prometheus.

Sources: Zabbix' manual (export of hosts; its list of hosts as CSV, whose interface is an address
and the port of the agent); Paessler's manual (devices, whose `host` is the address or name by which
the device is asked); Nagios Core's object definitions; Checkmk's REST API (`host_config`);
Prometheus' HTTP API (`targets`). What a monitor says of its own state is none of a host's.
"""

from typing import Final

import polars as pl

from discovery_dagster.domain.formats.cloud import with_values_inside
from discovery_dagster.domain.formats.declared import declared
from discovery_dagster.domain.formats.reshaping import add_columns, cells_of
from discovery_dagster.domain.source_tables import SourceTable

ZABBIX: Final = declared("zabbix.hosts")
PRTG: Final = declared("prtg.devices")
NAGIOS: Final = declared("nagios.hosts")
PROMETHEUS: Final = declared("prometheus.targets")


#: Where each says how a host is reached: an address or a name, perhaps with a port.
_REACHED = {
    "zabbix.hosts": "Interface",
    "prtg.devices": "Host",
    "nagios.hosts": "address",
    "prometheus.targets": "labels.instance",
}
_ADDRESS = r"^(\d{1,3}(?:\.\d{1,3}){3}|\[?[0-9a-fA-F]*:[0-9a-fA-F:]+\]?)(?::\d+)?$"


def reshape(tables: tuple[SourceTable, ...]) -> tuple[SourceTable, ...]:
    """Part names from addresses where a column has either."""
    return tuple(_reshape(table) for table in tables)


def _reshape(table: SourceTable) -> SourceTable:
    known = next(
        (each for each in (ZABBIX, PRTG, NAGIOS, PROMETHEUS) if each.specificity(table)), None
    )
    if known is None:
        return table
    if known is ZABBIX:
        table = with_values_inside(
            table, {"ip": (["interfaces"], {"ip"}), "dns": (["interfaces"], {"dns"})}
        )
    added: dict[str, pl.Series] = {}
    column = next((name for name in (_REACHED[known.name], "host") if name in table.header), None)
    if column is not None and not (known is ZABBIX and column == "host"):
        reached = cells_of(table, column)
        addresses = reached.str.extract(_ADDRESS)
        names = reached.str.replace(r":\d+$", "").set(addresses.is_not_null(), None)
        added = {"address of host": addresses, "name of host": names}
        if known is ZABBIX:  # its names are those of the hosts
            added = {
                "address of interface": addresses,
                "host of interface": cells_of(table, "Name"),
            }
    if known is PRTG and "Device" in table.header:
        added["plain device"] = cells_of(table, "Device").str.replace(r"\s*\[[^\]]*\]$", "")
    return add_columns(table, added)
