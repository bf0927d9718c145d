"""Hosts that scanners of networks met: nmap, Nessus, OpenVAS (Greenbone) and Qualys in XML.

Sources: nmap.dtd; Tenable's Nessus v2 file format; the Greenbone Management Protocol; Qualys' host
list detection and asset data reports (their DTDs). Which elements are hosts is data in
`reference/xml_documents.yaml`. Findings are no things; they are counted with their host.
"""

from discovery_dagster import reference
from discovery_dagster.domain.formats.base import Exclusion, Kind, Rule, TableFormat, TypePatterns
from discovery_dagster.domain.formats.reshaping import add_columns, cells_of
from discovery_dagster.domain.source_tables import SourceTable

_DEVICES = TypePatterns("declared_type", reference.load("type_patterns")["scanned_devices"])

NMAP = TableFormat(
    name="nmap.hosts",
    kind=Kind.ASSETS,
    sheets=frozenset({"nmap hosts"}),
    columns={
        "host name": Rule("fqdn"),
        "other names": Rule("aliases"),
        "ipv4": Rule("ip_addresses"),
        "ipv6": Rule("ip_addresses"),
        "mac": Rule("mac_addresses"),
        "os match": Rule("os_name"),
        "device type": Rule("declared_type"),
        "status": Rule("unmapped"),  # of the scan
    },
    type_patterns=_DEVICES,
    exclusions=(
        Exclusion("status", frozenset({"down"}), "It did not answer the scan."),
        Exclusion("status", frozenset({"unknown", "skipped"}), "It was not scanned."),
    ),
    synonyms=False,
)

NESSUS = TableFormat(
    name="nessus.hosts",
    kind=Kind.ASSETS,
    sheets=frozenset({"nessus hosts"}),
    columns={
        "host fqdn": Rule("fqdn"),
        "hostname": Rule("hostname"),
        "netbios name": Rule("hostname", order=1),
        "report name": Rule("hostname", order=2),
        "report host": Rule("unmapped"),  # a name, or the address that was scanned
        "host rdns": Rule("aliases"),
        "host ip": Rule("ip_addresses"),
        "mac address": Rule("mac_addresses"),
        "operating system": Rule("os_name"),
        "system type": Rule("declared_type"),
        "bios uuid": Rule("smbios_uuid"),
        "aws instance id": Rule("provider_id"),
    },
    type_patterns=_DEVICES,
    synonyms=False,
)

OPENVAS = TableFormat(
    name="openvas.hosts",
    kind=Kind.ASSETS,
    sheets=frozenset({"openvas hosts"}),
    columns={
        "ip": Rule("ip_addresses"),
        "hostname": Rule("hostname"),
        "best os": Rule("os_name"),
        "mac": Rule("mac_addresses"),
    },
    synonyms=False,
)

OPENVAS_RESULTS = TableFormat(
    name="openvas.results",
    kind=Kind.IGNORED,
    sheets=frozenset({"openvas results"}),
    reason="It lists findings about hosts; the hosts themselves are listed beside it.",
)

QUALYS = TableFormat(
    name="qualys.hosts",
    kind=Kind.ASSETS,
    sheets=frozenset({"qualys hosts"}),
    columns={
        "dns": Rule("fqdn"),
        "netbios": Rule("hostname"),
        "ip": Rule("ip_addresses"),
        "ipv6": Rule("ip_addresses"),
        "os": Rule("os_name"),
    },
    synonyms=False,
)

_ADDRESS = r"^[\d.]+$|:"


def reshape(tables: tuple[SourceTable, ...]) -> tuple[SourceTable, ...]:
    """Tell hosts that Nessus reports by name from those that it reports by address."""
    return tuple(_with_report_name(table) for table in tables)


def _with_report_name(table: SourceTable) -> SourceTable:
    if not NESSUS.specificity(table):
        return table
    reported = cells_of(table, "report host")
    names = reported.set(reported.str.contains(_ADDRESS).fill_null(False), None)
    return add_columns(table, {"report name": names})


FORMATS = (NMAP, NESSUS, OPENVAS, OPENVAS_RESULTS, QUALYS)
