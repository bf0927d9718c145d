"""Backstage's software catalogue, as its API lists entities.

Source: the descriptor format of catalogue entities. What an entity depends on is a reference,
`component:default/cart`; people, groups and locations are no things of an estate.
"""

from discovery_dagster.domain.formats.base import Exclusion, Kind, Rule, TableFormat
from discovery_dagster.domain.formats.reshaping import add_columns, cells_of
from discovery_dagster.domain.tables import SourceTable

_NEEDS = ("spec.dependsOn", "spec.consumesApis")
_PEOPLE = frozenset({"user", "group", "location", "template", "domain"})

FORMATS = (
    TableFormat(
        name="backstage.entities",
        kind=Kind.ASSETS,
        headers=(frozenset({"api version", "kind", "metadata name", "spec owner"}),),
        columns={
            "metadata name": Rule("name"),
            "spec type": Rule("declared_type"),
            "kind": Rule("declared_type", order=1),
            "spec lifecycle": Rule("environment"),
            "spec owner": Rule("technical_owner"),
            "spec system": Rule("applications"),
            "metadata description": Rule("description"),
            "needs": Rule("depends_on"),
        },
        exclusions=(Exclusion("kind", _PEOPLE, "It is no thing of the estate."),),
        asset_type="service",
        synonyms=False,
    ),
)


def reshape(tables: tuple[SourceTable, ...]) -> tuple[SourceTable, ...]:
    """Name what entities need as the entities are called."""
    return tuple(_reshape(table) for table in tables)


def _reshape(table: SourceTable) -> SourceTable:
    if not {"apiVersion", "spec.owner"} <= set(table.header):
        return table
    told = [cells_of(table, name).fill_null("") for name in _NEEDS if name in table.header]
    if not told:
        return table
    needs = told[0] if len(told) == 1 else told[0] + "; " + told[1]
    named = needs.str.replace_all(r"(^|[;,]\s*)(?:[\w-]+:)?(?:[\w-]+/)?", "${1}")
    return add_columns(table, {"needs": named.str.strip_chars(" ;").replace("", None)})
