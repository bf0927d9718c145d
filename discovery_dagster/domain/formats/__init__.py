"""The formats that Discovery knows: those that are declared as data, and those of modules here.

A module may also have `reshape`, from all tables of a file to those that formats know.
"""

from types import ModuleType
from typing import Final

from discovery_dagster.domain.formats import (
    archimate,
    aws_lists,
    azure_assessments,
    azure_flows,
    azure_import,
    azure_lists,
    backstage,
    compose,
    configuration_management,
    connections,
    corrections,
    device42,
    dns,
    docker,
    dynamodb,
    dynatrace,
    enclosed,
    firewall_rules,
    generic,
    glpi,
    google_lists,
    google_migration_center,
    graphs,
    itop,
    keyed_needs,
    konveyor,
    kubernetes,
    listed_needs,
    matrices,
    monitoring,
    netbox,
    overrides,
    phrased_relations,
    ported_ends,
    rvtools_facts,
    scanners,
    terraform,
    traces,
    undirected,
    xray,
    zeek,
)
from discovery_dagster.domain.formats.base import Kind, TableFormat
from discovery_dagster.domain.formats.declared import declarations, declared
from discovery_dagster.domain.source_tables import SourceTable

__all__ = ["FORMATS", "UNRECOGNISED", "Kind", "TableFormat", "format_named", "recognise", "reshape"]

#: What is told otherwise than by its header alone, in the order in which equally specific ones win.
_TOLD_BY_CODE: Final[tuple[ModuleType, ...]] = (
    archimate, azure_lists, compose, google_lists, terraform, konveyor, dns, zeek, rvtools_facts,
    firewall_rules, traces, corrections, overrides, connections, undirected,
)  # fmt: skip

#: What wins only where nothing else knows as much, in this order.
_LAST: Final = ("jaeger.dependencies", "graph.nodes", "graph.node_table", "graph.edge_table")
_LAST_OF_ALL: Final[tuple[ModuleType, ...]] = (graphs, generic)


def _known() -> list[TableFormat]:
    """All formats, those first that win where others know as much of a table."""
    return [
        *(declared(name) for name in sorted(declarations()) if name not in _LAST),
        *(known for module in _TOLD_BY_CODE for known in module.FORMATS),
        *(declared(name) for name in _LAST),
        *(known for module in _LAST_OF_ALL for known in module.FORMATS),
    ]


#: Every format by name, in the order in which equally specific ones win.
FORMATS: Final[dict[str, TableFormat]] = {known.name: known for known in _known()}

#: What rebuilds tables, in the order in which each takes what the one before it left.
_RESHAPING: Final[tuple[ModuleType, ...]] = (
    archimate, aws_lists, azure_assessments, azure_flows, azure_import, azure_lists, backstage,
    compose, configuration_management, device42, dns, docker, dynamodb, dynatrace, enclosed,
    firewall_rules, glpi, google_lists, google_migration_center, itop, keyed_needs, kubernetes,
    listed_needs, matrices, monitoring, netbox, phrased_relations, ported_ends, rvtools_facts,
    scanners, terraform, xray, traces, graphs,
)  # fmt: skip

#: A table that no format knows: it waits for a person who says what its records are.
UNRECOGNISED: Final = TableFormat(
    name="unrecognised",
    kind=Kind.WAITING,
    reason="It waits for a decision: no column names a host, an application or two ends of a "
    "connection.",
)


def reshape(tables: tuple[SourceTable, ...]) -> tuple[SourceTable, ...]:
    """Return the tables of a file as formats know them, where it spreads records over several."""
    for module in _RESHAPING:
        tables = module.reshape(tables)
    return tables


def recognise(table: SourceTable) -> TableFormat | None:
    """Return the most specific format of `table`, or None when nothing can be made of it.

    Headers decide, in any order, and the sheet's name where a tool fixes it.
    """
    best, most = None, 0
    for known in FORMATS.values():
        if known.at_most is None or known.at_most > most:
            fit = known.specificity(table)
            best, most = (known, fit) if fit > most else (best, most)
    return best


def format_named(name: str) -> TableFormat:
    """Return the format called `name`.

    Raises:
        KeyError: when there is none.
    """
    return UNRECOGNISED if name == UNRECOGNISED.name else FORMATS[name]
