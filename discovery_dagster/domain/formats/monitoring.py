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
_TARGET = "discovered target"
_COLONS = r"\[[0-9a-fA-F:]+\]|[0-9a-fA-F]*:[0-9a-fA-F]*:[0-9a-fA-F:]*"  # IP version 6
_ADDRESS = rf"^(\d{{1,3}}(?:\.\d{{1,3}}){{3}}|{_COLONS})(?::\d+)?$"


def reshape(tables: tuple[SourceTable, ...]) -> tuple[SourceTable, ...]:
    """Part names from addresses where a column has either."""
    return tuple(_reshape(table) for table in tables)


def _reshape(table: SourceTable) -> SourceTable:
    table = _with_target(table)
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
    columns = (_REACHED[known.name], "host", _TARGET)
    column = next((name for name in columns if name in table.header), None)
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
    device = next((name for name in ("Device", "device") if name in table.header), None)
    if known is PRTG and device is not None:
        added["plain device"] = cells_of(table, device).str.replace(r"\s*\[[^\]]*\]$", "")
    return add_columns(table, added)


def _with_target(table: SourceTable) -> SourceTable:
    """Say that a list of targets with labels is one of Prometheus' discovery by files."""
    if "targets" not in table.header or not any(
        name.startswith("labels.") for name in table.header
    ):
        return table
    return add_columns(table, {_TARGET: cells_of(table, "targets")})
