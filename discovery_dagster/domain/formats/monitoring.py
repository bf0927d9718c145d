"""Hosts that monitoring watches: Zabbix, PRTG, Nagios, Checkmk and targets of Prometheus.

Sources: Zabbix' manual (export of hosts; its list of hosts as CSV, whose interface is an address
and the port of the agent); Paessler's manual (devices, whose `host` is the address or name by which
the device is asked); Nagios Core's object definitions; Checkmk's REST API (`host_config`);
Prometheus' HTTP API (`targets`). What a monitor says of its own state is none of a host's.
"""

import polars as pl

from discovery_dagster.domain.formats.base import Exclusion, Kind, Rule, TableFormat
from discovery_dagster.domain.formats.cloud import tag_columns, with_values_inside
from discovery_dagster.domain.formats.reshaping import add_columns, cells_of
from discovery_dagster.domain.source_tables import SourceTable

ZABBIX = TableFormat(
    name="zabbix.hosts",
    kind=Kind.ASSETS,
    headers=(frozenset({"name", "interface", "templates", "availability"}),),
    sheets=frozenset({"zabbix hosts", "zabbix export hosts"}),
    columns={
        "host": Rule("name"),
        "name": Rule("aliases"),
        "groups": Rule("unmapped"),
        "templates": Rule("unmapped"),
        "host of interface": Rule("name"),
        "ip": Rule("ip_addresses"),
        "address of interface": Rule("ip_addresses"),
        "dns": Rule("fqdn"),
        "description": Rule("description"),
        "status": Rule("unmapped"),
    },
)

#: What else stands in Zabbix' export in JSON or YAML.
ZABBIX_OTHERS = TableFormat(
    name="zabbix.other_objects",
    kind=Kind.IGNORED,
    sheets=frozenset(
        f"zabbix export {kind}"
        for kind in ("groups", "host groups", "template groups", "templates", "triggers", "graphs",
                     "images", "media types", "value maps", "screens", "maps")
    ),
    reason="It configures how hosts are watched; no asset is read from it.",
)  # fmt: skip

PRTG = TableFormat(
    name="prtg.devices",
    kind=Kind.ASSETS,
    headers=(frozenset({"probe", "group", "device", "host"}), frozenset({"probe", "device"})),
    sheets=frozenset({"prtg devices"}),
    columns={
        "name": Rule("name"),
        "plain device": Rule("name"),
        "address of host": Rule("ip_addresses"),
        "name of host": Rule("hostname"),
        "tags": Rule("unmapped"),
        "status": Rule("unmapped"),
        "location": Rule("location"),
    },
)

NAGIOS = TableFormat(
    name="nagios.hosts",
    kind=Kind.ASSETS,
    sheets=frozenset({"nagios host"}),
    columns={
        "host name": Rule("name"),
        "alias": Rule("description"),
        "display name": Rule("unmapped"),
        "address of host": Rule("ip_addresses"),
        "name of host": Rule("fqdn"),
        "parents": Rule("unmapped"),  # of the network's way to it
    },
    exclusions=(Exclusion("register", frozenset({"0"}), "It is a template of others."),),
)

NAGIOS_OTHERS = TableFormat(
    name="nagios.other_objects",
    kind=Kind.IGNORED,
    sheets=frozenset(
        f"nagios {kind}"
        for kind in ("service", "hostgroup", "servicegroup", "contact", "contactgroup", "command",
                     "timeperiod", "hostdependency", "servicedependency", "hostescalation",
                     "serviceescalation", "hostextinfo", "serviceextinfo")
    ),
    reason="It configures how hosts are watched; no asset is read from it.",
)  # fmt: skip

CHECKMK = TableFormat(
    name="checkmk.hosts",
    kind=Kind.ASSETS,
    headers=(frozenset({"id", "extensions folder"}),),
    columns={
        **tag_columns("extensions attributes labels"),
        "id": Rule("name"),
        "title": Rule("unmapped"),
        "extensions attributes ipaddress": Rule("ip_addresses"),
        "extensions attributes ipv6address": Rule("ip_addresses"),
        "extensions attributes alias": Rule("description"),
        "extensions attributes site": Rule("unmapped"),
    },
)

PROMETHEUS = TableFormat(
    name="prometheus.targets",
    kind=Kind.ASSETS,
    headers=(
        frozenset({"labels instance", "labels job", "scrape pool"}),
        frozenset({"labels instance", "labels job", "health"}),
    ),
    columns={
        **tag_columns("labels"),
        "name of host": Rule("hostname"),
        "address of host": Rule("ip_addresses"),
        "health": Rule("unmapped"),
    },
)

FORMATS = (ZABBIX, ZABBIX_OTHERS, PRTG, NAGIOS, NAGIOS_OTHERS, CHECKMK, PROMETHEUS)

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
