"""Monitored entities of Dynatrace, as its API lists them (`/api/v2/entities`).

Source: the API's documentation. Relationships from an entity name others by id; those to it are the
same ones, recognised by the others.
"""

from dataclasses import replace

from discovery_dagster.domain.source_tables import SourceTable

_FROM = "fromRelationships."


def reshape(tables: tuple[SourceTable, ...]) -> tuple[SourceTable, ...]:
    """Call relationships from an entity as they are called, so that they say what it needs."""
    return tuple(
        replace(table, header=tuple(column.removeprefix(_FROM) for column in table.header))
        if {"entityId", "displayName"} <= set(table.header)
        else table
        for table in tables
    )
