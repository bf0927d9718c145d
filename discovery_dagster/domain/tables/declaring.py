"""Short names for the kinds of columns, in which the tables are declared."""

from collections.abc import Mapping

import polars as pl

from discovery_dagster.domain.tables.table import Column
from discovery_dagster.domain.tables.words import Words


def text(
    *, doc: str, nullable: bool = False, key: bool = False, words: Words | None = None
) -> Column:
    """Text."""
    return Column(pl.String(), doc, nullable, key, words)


def texts(*, doc: str, nullable: bool = False) -> Column:
    """A list of texts."""
    return Column(pl.List(pl.String()), doc, nullable)


def json_object(*, doc: str) -> Column:
    """A JSON object as text, or null."""
    return Column(pl.String(), doc, nullable=True, json=True)


def flag(*, doc: str, nullable: bool = False) -> Column:
    """True or false."""
    return Column(pl.Boolean(), doc, nullable)


def count(*, doc: str, nullable: bool = False, key: bool = False) -> Column:
    """A whole number of things, or the number by which one of them is known."""
    return Column(pl.UInt32(), doc, nullable, key)


def total(*, doc: str, nullable: bool = False, unit: str | None = None) -> Column:
    """A whole number that may be beyond four billion."""
    return Column(pl.Int64(), doc, nullable, unit=unit)


def port(*, doc: str) -> Column:
    """A port of TCP or UDP, or null."""
    return Column(pl.Int32(), doc, nullable=True, least=0, most=65535)


def amount(*, doc: str, unit: str) -> Column:
    """A quantity that need not be whole, or null."""
    return Column(pl.Float64(), doc, nullable=True, unit=unit, least=0)


def share(*, doc: str, nullable: bool = False) -> Column:
    """A number from 0 to 1."""
    return Column(pl.Float64(), doc, nullable, least=0, most=1)


def objects(fields: Mapping[str, Column], *, doc: str, nullable: bool = False) -> Column:
    """A list of objects with these fields."""
    struct = pl.Struct({name: field.type for name, field in fields.items()})
    return Column(pl.List(struct), doc, nullable, fields=fields)


def numbers(*, doc: str, nullable: bool = False) -> Column:
    """A list of numbers of rows."""
    return Column(pl.List(pl.UInt32()), doc, nullable)


#: Where a record stands.
PLACE: Mapping[str, Column] = {
    "file": text(doc="Name of the file within the session."),
    "sheet": text(nullable=True, doc="Worksheet, or the like; null in files without sheets."),
    "line": count(doc="Physical line of the file, or row of the worksheet, from 1."),
}
