"""ServiceNow's CMDB: tables of `cmdb_ci` classes and `cmdb_rel_ci`, by their column names.

Also in the shape in which kits load them (`databaseEngine`, `productType`, `parentClass`).
`ram` is in MB, `disk_space` in GB (ServiceNow, CMDB tables: `cmdb_ci_computer`).
"""

from collections.abc import Mapping

from discovery_dagster import reference
from discovery_dagster.domain.formats.base import Kind, Rule, TableFormat

_CODES = reference.load("servicenow_codes")

_CONFIGURATION_ITEM: Mapping[str, Rule] = {
    "name": Rule("name"),
    "sys id": Rule("provider_id"),
    "sys class name": Rule("declared_type"),
    "host name": Rule("hostname"),
    "hostname": Rule("hostname", order=1),
    "fqdn": Rule("fqdn"),
    "dns domain": Rule("domain"),
    "ip address": Rule("ip_addresses"),
    "mac address": Rule("mac_addresses"),
    "serial number": Rule("serial_number"),
    "manufacturer": Rule("vendor"),
    "manufacturer name": Rule("vendor", order=1),
    "model id": Rule("model"),
    "model id name": Rule("model", order=1),
    "os": Rule("os_name"),
    "os version": Rule("os_version"),
    "cpu core count": Rule("cpu_cores"),
    "cpu count": Rule("cpu_cores", order=1),
    "ram": Rule("memory_gb", unit="MB"),
    "disk space": Rule("storage_gb", unit="GB"),
    "environment": Rule("environment"),
    "used for": Rule("environment", order=1),
    "business criticality": Rule("criticality"),
    "busines criticality": Rule("criticality", order=1),  # ServiceNow's own spelling
    "location": Rule("location"),
    "location name": Rule("location", order=1),
    "owner": Rule("business_owner"),
    "owned by": Rule("business_owner", order=1),
    "owned by name": Rule("business_owner", order=2),
    "managed by": Rule("technical_owner"),
    "managed by name": Rule("technical_owner", order=1),
    "support group": Rule("technical_owner", order=2),
    "support group name": Rule("technical_owner", order=3),
    "status": Rule("status"),
    "operational status": Rule("status", order=1, codes=_CODES["operational_status"]),
    "install status": Rule("status", order=2, codes=_CODES["install_status"]),
    "hardware status": Rule("status", order=3),
    "life cycle stage status": Rule("status", order=4),
    "life cycle stage": Rule("status", order=5),
    "short description": Rule("description"),
    "description": Rule("description", order=1),
}

SERVERS = TableFormat(
    name="servicenow.servers",
    kind=Kind.ASSETS,
    headers=(frozenset({"name", "ram", "disk space", "cpu count"}),),
    verbatim=frozenset({"ram", "disk_space", "cpu_count"}),
    columns=_CONFIGURATION_ITEM,
    asset_type="server",
)

DATABASES = TableFormat(
    name="servicenow.databases",
    kind=Kind.ASSETS,
    headers=(
        frozenset({"name", "database engine", "server"}),
        frozenset({"name", "database engine", "storage size"}),
    ),
    columns={
        **_CONFIGURATION_ITEM,
        "database engine": Rule("product"),
        "type": Rule("product", order=1),
        "server": Rule("runs_on", target_type="server"),
        "storage size": Rule("storage_gb"),
        "version": Rule("unmapped"),
    },
    asset_type="database",
)

APPLICATIONS = TableFormat(
    name="servicenow.applications",
    kind=Kind.ASSETS,
    headers=(
        frozenset({"name", "product type", "technology"}),
        frozenset({"name", "it application owner", "application type"}),
    ),
    columns={
        **_CONFIGURATION_ITEM,
        "technology": Rule("product"),
        "technology stack": Rule("product", order=1),
        "product type": Rule("unmapped"),  # a kind of application, not another type of asset
        "application type": Rule("unmapped"),
        "it application owner": Rule("technical_owner"),
        "business owner": Rule("business_owner"),
    },
    asset_type="application",
)

CONFIGURATION_ITEMS = TableFormat(
    name="servicenow.configuration_items",
    kind=Kind.ASSETS,
    headers=(
        frozenset({"name", "sys class name"}),
        frozenset({"name", "sys id"}),
        frozenset({"name", "install status", "operational status"}),
    ),
    columns=_CONFIGURATION_ITEM,
)

#: Records of an unload in XML, whatever their class.
UNLOAD = TableFormat(
    name="servicenow.unload",
    kind=Kind.ASSETS,
    sheets=frozenset({"servicenow unload"}),
    columns={**_CONFIGURATION_ITEM, "action": Rule("unmapped")},
)

OTHER_RECORDS = TableFormat(
    name="servicenow.other_records",
    kind=Kind.IGNORED,
    sheets=frozenset({"servicenow other records"}),
    reason="It is a record of a table that holds no configuration items.",
)

RELATIONS = TableFormat(
    name="servicenow.relations",
    kind=Kind.RELATIONS,
    headers=(
        frozenset({"parent", "child", "type"}),
        frozenset({"parent name", "child name", "type name"}),
    ),
    columns={
        "parent": Rule("source"),
        "parent name": Rule("source", order=1),
        "parent class": Rule("source_type"),
        "parent sys class name": Rule("source_type", order=1),
        "child": Rule("target"),
        "child name": Rule("target", order=1),
        "child class": Rule("target_type"),
        "child sys class name": Rule("target_type", order=1),
        "type": Rule("relation"),
        "type name": Rule("relation", order=1),
    },
    synonyms=False,
)

FORMATS = (
    SERVERS,
    DATABASES,
    APPLICATIONS,
    CONFIGURATION_ITEMS,
    UNLOAD,
    OTHER_RECORDS,
    RELATIONS,
)
