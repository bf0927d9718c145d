"""ArchiMate: elements and relationships, as Archi's CSV export and both XML files hold them.

Sources: ArchiMate 3.2, the ArchiMate Model Exchange File Format (The Open Group), Archi's user
guide (`elements.csv` and `relations.csv`). They are recognised by their words, whatever the columns
are called. What the words mean is data in `reference/archimate.yaml` and `relation_phrases.yaml`.
"""

import re
from collections.abc import Iterable
from functools import cache, partial
from typing import Final

import polars as pl

from discovery_dagster import reference
from discovery_dagster.domain.formats.base import Exclusion, Kind, Rule, TableFormat, TypePatterns
from discovery_dagster.domain.formats.reshaping import cells_of, without_ends
from discovery_dagster.domain.source_tables import SourceTable, cell_column
from discovery_dagster.domain.words import fold

_FIT: Final = 200  # above what a sheet's name says
_SHARE: Final = 0.8  # least share of a column's different values that are ArchiMate's
_TYPES: Final = ("type", "element type", "class", "concept")
_RELATIONS: Final = ("relation", "type", "relationship type", "relation type", "relation unknown")
_IDS: Final = ("id", "key")
_DECORATION: Final = re.compile(r"^archimate |(?<=.) relationship$")


def _word(cell: str) -> str:
    """A class as it is called in the specification: `archimate:ServingRelationship` is serving."""
    return _DECORATION.sub("", fold(cell))


@cache
def _ignored() -> dict[str, str]:
    words = reference.load("archimate")["ignored"]
    return {word: reason for reason, named in words.items() for word in named}


@cache
def _elements() -> frozenset[str]:
    return frozenset([*reference.load("archimate")["types"], *_ignored()])


def _is_ignored(cell: str, reason: str) -> bool:
    return _ignored().get(_word(cell)) == reason


def _fits(table: SourceTable, columns: Iterable[str], words: Iterable[str]) -> int:
    """Whether the first of `columns` that the table has holds mostly `words`."""
    folded = table.folded_header
    for column in columns:
        if column in folded:
            cells = table.records[cell_column(folded.index(column))].drop_nulls().unique()
            known = sum(_word(cell) in words for cell in cells)
            if cells.len() and known >= _SHARE * cells.len():
                return _FIT
    return 0


def _are_elements(table: SourceTable) -> int:
    folded = set(table.folded_header)
    if {"source", "target"} <= folded or not folded & {"name", "label"}:
        return 0
    return _fits(table, _TYPES, _elements())


def _are_relationships(table: SourceTable) -> int:
    if not {"source", "target"} <= set(table.folded_header):
        return 0
    return _fits(table, _RELATIONS, reference.load("archimate")["relationships"])


FORMATS = (
    TableFormat(
        name="archimate.elements",
        kind=Kind.ASSETS,
        fit=_are_elements,
        at_most=_FIT,
        columns={
            "name": Rule("name"),
            "label": Rule("name", order=1),
            **{column: Rule("declared_type", order=at) for at, column in enumerate(_TYPES)},
            "documentation": Rule("description"),
            "description": Rule("description", order=1),
            "id": Rule("unmapped"),
            "key": Rule("unmapped"),
            "specialization": Rule("unmapped"),
        },
        type_patterns=TypePatterns(
            "declared_type",
            {
                word: asset_type
                for word, asset_type in reference.load("archimate")["types"].items()
                if asset_type != "unknown"
            },
        ),
        exclusions=tuple(
            Exclusion(column, partial(_is_ignored, reason=reason), reason)
            for column in _TYPES
            for reason in reference.load("archimate")["ignored"]
        ),
    ),
    TableFormat(
        name="archimate.relationships",
        kind=Kind.RELATIONS,
        fit=_are_relationships,
        at_most=_FIT,
        columns={
            "source": Rule("source"),
            "target": Rule("target"),
            **{column: Rule("relation", order=at) for at, column in enumerate(_RELATIONS)},
            "name": Rule("detail"),
            "label": Rule("detail", order=1),
        },
        synonyms=False,
    ),
)


def reshape(tables: tuple[SourceTable, ...]) -> tuple[SourceTable, ...]:
    """Ignore the relationships of elements that are no things, where both stand in one file."""
    elements = [table for table in tables if _are_elements(table)]
    others = pl.concat(
        [pl.Series(dtype=pl.String), *(_ids_of_no_assets(each) for each in elements)]
    )
    if others.is_empty():
        return tables
    return tuple(
        _without(table, others) if _are_relationships(table) else table for table in tables
    )


def _ids_of_no_assets(elements: SourceTable) -> pl.Series:
    folded = {fold(column): column for column in elements.header}
    types = cells_of(elements, next(folded[column] for column in _TYPES if column in folded))
    is_none = pl.Series([_word(cell or "") in _ignored() for cell in types], dtype=pl.Boolean)
    ids = [
        cells_of(elements, folded[column]).filter(is_none) for column in _IDS if column in folded
    ]
    return pl.concat([pl.Series(dtype=pl.String), *ids]).drop_nulls()


def _without(relationships: SourceTable, others: pl.Series) -> SourceTable:
    header = {fold(column): cell_column(at) for at, column in enumerate(relationships.header)}
    ends = [relationships.records[header[end]] for end in ("source", "target")]
    return without_ends(relationships, ends, others)
