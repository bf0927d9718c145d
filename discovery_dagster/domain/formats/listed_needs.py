"""Needs that are objects of a list, or ids: `"dependencies": [{"name": "cart", "type": "build"}]`.

As service catalogues, topologies and CycloneDX write them. Readers keep such a list as its JSON;
here it becomes a list of names, as the things of the file are called.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

import polars as pl

from discovery_dagster import reference
from discovery_dagster.domain.fields import REFERENCES
from discovery_dagster.domain.formats.identified import columns_of, identified
from discovery_dagster.domain.formats.reshaping import add_columns, cells_of
from discovery_dagster.domain.headers import synonyms
from discovery_dagster.domain.headers.meanings import find_meaning
from discovery_dagster.domain.source_tables import SourceTable
from discovery_dagster.domain.words import fold

_OBJECTS: Final = "[{"
_KINDS: Final = ("type", "kind")  # said of a thing beside its name
_RECORDS: Final = 5_000  # that are looked at: any table may have such, and a flow log is long
_SAMPLE: Final = 20  # cells that tell what a column lists


def reshape(tables: tuple[SourceTable, ...]) -> tuple[SourceTable, ...]:
    """List the names of what things need, where objects or ids say it."""
    needs = [_needs(table) for table in tables]
    named = [_with_names(*pair) for pair in zip(tables, needs, strict=True)]
    return tuple(_without_ids(*pair, named) for pair in zip(named, needs, strict=True))


def _needs(table: SourceTable) -> list[str]:
    """The columns that name what a thing needs, and those of lists of references to things."""
    meanings = {column: find_meaning(column, synonyms.ASSETS) for column in table.header}
    return [
        column
        for column, meaning in meanings.items()
        if (meaning and (meaning.named is not None or meaning.field in REFERENCES))
        or _are_references(cells_of(table, column))
    ]


def _are_references(cells: pl.Series) -> bool:
    """Whether cells are lists of objects that do nothing but name things."""
    cells = cells.head(_RECORDS)
    listed = cells.filter(cells.str.starts_with(_OBJECTS)).head(_SAMPLE)
    words = reference.load("ends")
    naming = {*words["labels"], *words["ids"], *_KINDS}
    return not listed.is_empty() and all(
        isinstance(each, Mapping) and {fold(key) for key in each} <= naming
        for cell in listed
        for each in _objects(cell)
    )


def _objects(cell: str) -> list[Any]:
    try:
        return list(json.loads(cell))
    except ValueError:  # a text that only begins like a list
        return [cell]


def _with_names(table: SourceTable, needs: Sequence[str]) -> SourceTable:
    """Write lists of objects as lists of what they name."""
    listed = [name for name in needs if cells_of(table, name).str.starts_with(_OBJECTS).any()]
    named = {name: cells_of(table, name).map_elements(_names, pl.String) for name in listed}
    return add_columns(table, named)


def _names(cell: str) -> str | None:
    if not cell.startswith(_OBJECTS):
        return cell
    names = [_name(each) for each in _objects(cell)]
    return "\n".join(name for name in names if name) or None


def _name(need: Any) -> str | None:
    if not isinstance(need, Mapping):
        return str(need)
    words = reference.load("ends")
    folded = {fold(key): value for key, value in need.items()}
    called = (*words["labels"], *words["things"]["name"], *words["ids"])
    values = (folded.get(word) for word in called)
    return next((str(value) for value in values if value), None)


def _without_ids(
    table: SourceTable, needs: Sequence[str], tables: Sequence[SourceTable]
) -> SourceTable:
    """Name a thing and what it needs, where ids say it that things of the file have."""
    own = next(iter(columns_of(table, "ids")), None)
    if own is None or not needs:
        return table
    lists = {
        name: cells_of(table, name).str.replace_all("; ", "\n", literal=True).str.split("\n")
        for name in needs
    }
    wanted = pl.concat([cells.explode() for cells in lists.values()])
    things = identified([each for each in tables if columns_of(each, "labels")], wanted)
    if not things:
        return table
    called = {key: name for each in things for key, name in each.names().items()}
    named = {
        name: cells.list.eval(pl.element().replace(called)).list.join("\n").replace("", None)
        for name, cells in lists.items()
    }
    if not columns_of(table, "labels"):
        named["name"] = cells_of(table, own).replace(called)
    return add_columns(table, named)
