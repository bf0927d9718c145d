"""What else a column may be by its header and its values, for a person to choose from."""

from collections.abc import Iterator
from typing import Any, Final

import polars as pl

from discovery_dagster.domain.fields import FIELDS, IGNORED, UNMAPPED
from discovery_dagster.domain.grain.columns import Column
from discovery_dagster.domain.headers import synonyms
from discovery_dagster.domain.headers.meanings import find_meaning
from discovery_dagster.domain.mapping.vocabularies import known_share
from discovery_dagster.domain.tables.words import MappingStatus
from discovery_dagster.domain.values import read_cells
from discovery_dagster.domain.values.quantities import read_numbers

_MOST: Final = 3
_MOSTLY: Final = 0.9
_SOME: Final = 0.5
_NOTATIONS: Final = ("ip_addresses", "mac_addresses", "smbios_uuid")
_VOCABULARIES: Final = ("os_name", "environment", "criticality", "declared_type", "tier", "status")
_WORDY: Final = 20  # distinct values, above which a column is no list of codes


def alternatives(column: Column, row: dict[str, Any], chosen: str) -> str:
    """Return other fields that a column may be, each with why, the likeliest first.

    Args:
        column: with its values.
        row: of its mapping, as `tables.FIELD_MAPPING`.
        chosen: the field that it is drafted as.
    """
    why_by_field = dict[str, str]()
    for field, why in (*_judged(row), *_by_header(column), *_by_values(column)):
        if field not in (chosen, UNMAPPED, IGNORED):
            why_by_field.setdefault(field, why)
    fields_by_why = dict[str, list[str]]()
    for field, why in list(why_by_field.items())[:_MOST]:
        fields_by_why.setdefault(why, []).append(field)
    return "; ".join(f"{' or '.join(fields)} ({why})" for why, fields in fields_by_why.items())


def unknown_words(column: Column, field: str) -> list[str]:
    """Return the values of a column of few that the vocabulary of `field` does not know."""
    if field not in _VOCABULARIES or field == "os_name" or column.distinct > _WORDY:
        return []
    values = column.sample.to_list()
    return [value for value in values if not known_share(field, pl.Series([value]))]


def _judged(row: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What the mapping thought of and did not take."""
    if row["status"] != MappingStatus.ACCEPTED:
        yield row["field"], f'"{row["conflict"]}" claims it' if row["conflict"] else row["status"]


def _by_header(column: Column) -> Iterator[tuple[str, str]]:
    for section in (synonyms.ASSETS, synonyms.RELATIONS):
        meaning = find_meaning(column.header, section)
        if meaning is not None and meaning.field is not None:
            yield meaning.field, "the header may mean it"


def _by_values(column: Column) -> Iterator[tuple[str, str]]:
    values = column.sample
    if values.is_empty():
        return
    for field in _NOTATIONS:
        read = float((~read_cells(FIELDS[field].kind, values).faults).sum())
        if read >= _MOSTLY * len(values):
            yield field, "the values read as such"
    for field in _VOCABULARIES:
        share = known_share(field, values)
        if share >= _SOME:
            yield field, f"{share:.0%} of the values are words for it"
    if column.host_like:
        why = "the values look like names of machines"
        yield ("name", why) if column.unique else ("runs_on", f"{why}, and repeat")
    if float(read_numbers(values).is_not_null().sum()) >= _MOSTLY * len(values):
        for field in ("cpu_cores", "memory_gb", "storage_gb"):
            yield field, "the values are numbers"
