"""AWS tools that move servers: the intake of Cloud Migration Factory, and MGN's inventory.

Columns as in the example intake of Cloud Migration Factory and MGN's import template.
"""

from discovery_dagster.domain.formats.base import Kind, Rule, TableFormat

INTAKE = TableFormat(
    name="aws.migration_factory",
    kind=Kind.ASSETS,
    headers=(
        frozenset({"server name", "app name", "wave name"}),
        frozenset({"server name", "r type", "server os family"}),
        frozenset({"server name", "aws accountid"}),
        frozenset({"server name", "server fqdn", "server os family"}),
    ),
    columns={
        "server name": Rule("name"),
        "server fqdn": Rule("fqdn"),
        "server id": Rule("provider_id"),
        "server os family": Rule("os_name"),
        "server os version": Rule("os_version"),
        "server tier": Rule("tier"),
        "server environment": Rule("environment"),
        "app name": Rule("applications"),
        "app id": Rule("unmapped"),
        "r type": Rule("unmapped"),  # a decision about the server, not a fact of it
        "wave name": Rule("unmapped"),
        "instance type": Rule("unmapped"),  # of its target
        "aws region": Rule("unmapped"),
        "private ip": Rule("unmapped"),  # of its target
        "tags": Rule("unmapped"),
    },
)

MGN = TableFormat(
    name="aws.mgn",
    kind=Kind.ASSETS,
    headers=(
        frozenset({"mgn server user provided id"}),
        frozenset({"mgn server fqdn for action framework"}),
        frozenset({"mgn server source server id"}),
    ),
    columns={
        "mgn server hostname": Rule("name"),
        "mgn server user provided id": Rule("name", order=1),
        "mgn server fqdn for action framework": Rule("fqdn"),
        "mgn server fqdn": Rule("fqdn", order=1),
        "mgn server source server id": Rule("provider_id"),
        "mgn server id": Rule("provider_id", order=1),
        "mgn server platform": Rule("os_name"),
        "mgn app name": Rule("applications"),
    },
)

FORMATS = (INTAKE, MGN)
