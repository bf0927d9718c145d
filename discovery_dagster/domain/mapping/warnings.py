"""Columns that would say which things the records are, and are not used: said loudly.

A machine whose host names are refused goes by its address, and one without addresses meets nothing.
Nobody should find that out from what is missing.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

from discovery_dagster.domain.fields import IDENTITY_FIELDS
from discovery_dagster.domain.mapping.claims import (
    ACCEPTED,
    BY_HEADER,
    OWN_NAMES,
    PROPOSED,
    REJECTED,
)
from discovery_dagster.domain.tables.words import MappingMethod

CODE: Final = "column_not_used"
_SAMPLES: Final = 2  # values that a sentence shows

Row = Mapping[str, Any]


@dataclass(frozen=True)
class ColumnWarning:
    """A column that is not used as `field`; `message` says why and what to do."""

    file: str
    sheet: str | None
    column: str
    field: str
    message: str


def column_warnings(mapping: Iterable[Row]) -> list[ColumnWarning]:
    """Return the columns of identifying fields that were refused, or wait for a person.

    Args:
        mapping: rows of `tables.FIELD_MAPPING`, those of a table one after the other.
    """
    tables = groupby(mapping, key=lambda row: (row["file"], row["sheet"]))
    return [warning for _, rows in tables for warning in _of_table(list(rows))]


def _of_table(rows: list[Row]) -> Iterator[ColumnWarning]:
    accepted = {row["field"] for row in rows if row["status"] == ACCEPTED}
    for row in rows:
        # One name is enough; of the others a rival that gives the field is.
        given = accepted & OWN_NAMES if row["field"] in OWN_NAMES else accepted & {row["field"]}
        named = row["field"] in OWN_NAMES or row["method"] != MappingMethod.VALUES
        rivalled = given and row["conflict"] is not None
        if row["field"] not in IDENTITY_FIELDS or rivalled or not named:
            continue
        if row["status"] == REJECTED and row["method"] in BY_HEADER:
            yield _warning(row, row["evidence"][0], row["evidence"][1:])
        elif row["status"] != ACCEPTED and row["method"] == MappingMethod.VALUES and not given:
            rival = f'beside "{row["conflict"]}"' if row["conflict"] else "below this header"
            yield _warning(row, f"its values alone suggest it {rival}", row["evidence"][1:])
        elif row["status"] == PROPOSED and row["conflict"] is not None:
            yield _warning(row, f'"{row["conflict"]}" may be it as well', row["evidence"])


def _warning(row: Row, reason: str, values: list[str]) -> ColumnWarning:
    shown = " and ".join(f'"{value}"' for value in values[:_SAMPLES])
    example = f" (such as {shown})" if shown else ""
    field = row["field"]
    message = (
        f'The column "{row["column"]}" is not used as {field}, since {reason}{example}. To use it,'
        f' run `discovery mapping accept "{row["file"]}" "{row["column"]}" {field}`.'
    )
    return ColumnWarning(row["file"], row["sheet"], row["column"], field, message)
