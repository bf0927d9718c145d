"""Data-flow models of microservices in the shape of the microSecEnD data set.

Services and external entities carry stereotypes; a flow goes from its sender to its receiver.
"""

from discovery_dagster import reference
from discovery_dagster.domain.formats.base import Kind, Rule, TableFormat, TypePatterns

SERVICES = TableFormat(
    name="dataflow.services",
    kind=Kind.ASSETS,
    headers=(frozenset({"name", "stereotypes"}),),
    columns={"name": Rule("name"), "stereotypes": Rule("declared_type")},
    asset_type="service",
    type_patterns=TypePatterns("declared_type", reference.load("type_patterns")["stereotypes"]),
    synonyms=False,
)

EXTERNAL_ENTITIES = TableFormat(
    name="dataflow.external_entities",
    kind=Kind.ASSETS,
    headers=(frozenset({"name", "stereotypes"}),),
    sheets=frozenset({"external entities"}),
    columns={"name": Rule("name"), "stereotypes": Rule("unmapped")},
    asset_type="external",
    synonyms=False,
)

FLOWS = TableFormat(
    name="dataflow.information_flows",
    kind=Kind.RELATIONS,
    headers=(frozenset({"sender", "receiver"}),),
    columns={"sender": Rule("source"), "receiver": Rule("target")},
    relation="connects_to",
    synonyms=False,
)

FORMATS = (SERVICES, EXTERNAL_ENTITIES, FLOWS)
