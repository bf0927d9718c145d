"""Monitored entities of Dynatrace, as its API lists them (`/api/v2/entities`).

Source: the API's documentation. Relationships from an entity name others by id; those to it are the
same ones, recognised by the others.
"""

from dataclasses import replace

from discovery_dagster.domain.formats.base import Kind, Rule, TableFormat
from discovery_dagster.domain.source_tables import SourceTable

_FROM = "fromRelationships."

FORMATS = (
    TableFormat(
        name="dynatrace.entities",
        kind=Kind.ASSETS,
        headers=(frozenset({"entity id", "display name"}),),
        columns={
            "display name": Rule("name"),
            "entity id": Rule("provider_id"),
            "type": Rule("declared_type"),
            "calls": Rule("depends_on"),
            "runs on": Rule("runs_on"),
            "runs on host": Rule("runs_on"),
            "is process of": Rule("runs_on"),
        },
    ),
)


def reshape(tables: tuple[SourceTable, ...]) -> tuple[SourceTable, ...]:
    """Call relationships from an entity as they are called, so that they say what it needs."""
    return tuple(
        replace(table, header=tuple(column.removeprefix(_FROM) for column in table.header))
        if {"entityId", "displayName"} <= set(table.header)
        else table
        for table in tables
    )
