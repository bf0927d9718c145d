"""Jaeger's dependency document: which service called which, how often."""

from discovery_dagster.domain.formats.base import Kind, Rule, TableFormat

FORMATS = (
    TableFormat(
        name="jaeger.dependencies",
        kind=Kind.RELATIONS,
        headers=(frozenset({"parent", "child", "call count"}),),
        columns={
            "parent": Rule("source"),
            "child": Rule("target"),
            "call count": Rule("count"),
        },
        relation="depends_on",
        evidence="observed",
        endpoint_type="service",
    ),
)
