"""Hosts that scanners of networks met: nmap, Nessus, OpenVAS (Greenbone) and Qualys in XML.

Sources: nmap.dtd; Tenable's Nessus v2 file format; the Greenbone Management Protocol; Qualys' host
list detection and asset data reports (their DTDs). Which elements are hosts is data in
`reference/xml_documents.yaml`. Findings are no things; they are counted with their host.
"""

from typing import Final

from discovery_dagster.domain.formats.declared import declared
from discovery_dagster.domain.formats.reshaping import add_columns, cells_of
from discovery_dagster.domain.source_tables import SourceTable

NESSUS: Final = declared("nessus.hosts")


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
