"""Azure Migrate: the discovery report of its export tool, and the agentless dependency export."""

from discovery_dagster.domain.formats.base import Kind, Rule, TableFormat, TypePatterns
from discovery_dagster.domain.values.times import MONTH_FIRST

DISCOVERY_REPORT = TableFormat(
    name="azure_migrate.discovery_report",
    kind=Kind.ASSETS,
    headers=(
        frozenset({"machine name", "cores", "memory in mb", "machine id"}),
        frozenset({"machine name", "ip addresses", "power stats"}),
    ),
    columns={
        "machine name": Rule("name"),
        "environment": Rule("environment"),
        "operating system": Rule("os_name"),
        "cores": Rule("cpu_cores"),
        "memory in mb": Rule("memory_gb", unit="MB"),
        "ip addresses": Rule("ip_addresses"),
        "mac addresses": Rule("mac_addresses"),
        "power stats": Rule("status"),
        "machine id": Rule("provider_id"),
        "support status": Rule("unmapped"),  # of the operating system
    },
    type_patterns=TypePatterns(
        "provider_id",
        {"/vmwaresites/": "virtual_machine", "/hypervsites/": "virtual_machine"},
    ),
    null_words=frozenset({"-1"}),  # stands for "not collected"
)

PROPERTIES = TableFormat(
    name="azure_migrate.properties",
    kind=Kind.IGNORED,
    headers=(frozenset({"tenant id", "subscription", "resource group"}),),
    reason="This sheet describes the export itself; no asset is read from it.",
)

DEPENDENCIES = TableFormat(
    name="azure_migrate.dependencies",
    kind=Kind.FLOWS,
    headers=(frozenset({"source server name", "destination server name", "destination port"}),),
    columns={
        "timeslot": Rule("first_seen", unit=MONTH_FIRST),
        "time slot": Rule("first_seen", unit=MONTH_FIRST),
        "source server name": Rule("source"),
        "source ip": Rule("source_address"),
        "source application": Rule("source_detail"),
        "source process": Rule("source_detail", order=1),
        "destination server name": Rule("target"),
        "destination ip": Rule("target_address"),
        "destination application": Rule("target_detail"),
        "destination process": Rule("target_detail", order=1),
        "destination port": Rule("port"),
    },
    relation="connects_to",
    evidence="observed",
    synonyms=False,
)

FORMATS = (DISCOVERY_REPORT, PROPERTIES, DEPENDENCIES)
