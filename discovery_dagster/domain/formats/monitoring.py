"""Hosts that monitoring watches: Zabbix' export and PRTG's tree of sensors.

Sources: Zabbix' manual (export of hosts, XML); Paessler's manual (table of sensors and devices,
whose `host` is the address or name by which the device is asked).
"""

from discovery_dagster.domain.formats.base import Kind, Rule, TableFormat

ZABBIX = TableFormat(
    name="zabbix.hosts",
    kind=Kind.ASSETS,
    sheets=frozenset({"zabbix hosts"}),
    columns={
        "host": Rule("name"),
        "name": Rule("aliases"),
        "ip": Rule("ip_addresses"),
        "dns": Rule("fqdn"),
        "description": Rule("description"),
        "status": Rule("unmapped"),  # of the monitoring
    },
    synonyms=False,
)

PRTG = TableFormat(
    name="prtg.devices",
    kind=Kind.ASSETS,
    sheets=frozenset({"prtg devices"}),
    columns={"name": Rule("name"), "host": Rule("ip_addresses"), "tags": Rule("unmapped")},
    synonyms=False,
)

FORMATS = (ZABBIX, PRTG)
