"""Teaching a format by choosing: what was drafted of a table, changed by a person's choices.

What a person writes as YAML (`drafting.py`) is here chosen from lists; the same checks hold.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import polars as pl
import yaml

from discovery_dagster import reference
from discovery_dagster.domain.corrections import RecognisedTable
from discovery_dagster.domain.errors import InvalidRequestError
from discovery_dagster.domain.fields import FIELDS, IGNORED, UNMAPPED
from discovery_dagster.domain.formats.language import UNDECIDED, Declaration
from discovery_dagster.domain.grain import Grain
from discovery_dagster.domain.mapping.amounts import AMOUNTS
from discovery_dagster.domain.source_tables import READ, cell_column
from discovery_dagster.domain.teaching.drafting import draft
from discovery_dagster.domain.teaching.reading import read_format
from discovery_dagster.domain.teaching.text import FormatError
from discovery_dagster.domain.values import clean
from discovery_dagster.domain.values.secret_records import hide_by_records
from discovery_dagster.domain.values.secrets import hide_cells
from discovery_dagster.domain.words import fold

#: What a row may be said to be.
GRAINS: Final = (Grain.THING, Grain.DETAIL, Grain.OBSERVATION, Grain.RELATION, Grain.NOTHING)
_SHOWN: Final = 4  # different values of a column


class UnfitChoiceError(InvalidRequestError):
    """Choices that make no format; the message is one sentence."""

    code = "unfit_choice"


@dataclass(frozen=True)
class DraftedColumn:
    """A column, what it is taken for, and some of its values without secrets."""

    name: str
    field: str
    unit: str | None
    samples: Sequence[str]


@dataclass(frozen=True)
class Draft:
    """What was understood of a table; `grain` is null where a person has to say it."""

    format: str
    grain: str | None
    columns: Sequence[DraftedColumn]
    content: Mapping[str, Any]


@dataclass(frozen=True)
class ColumnChoice:
    """What a person says that a column is."""

    field: str
    unit: str | None


def fields() -> list[str]:
    """Return what a column may be said to be."""
    return [UNMAPPED, IGNORED, *sorted(FIELDS)]


def units() -> list[str]:
    """Return the units that bare amounts of memory or storage may be in."""
    known = (unit for kind in sorted(AMOUNTS) for unit in reference.load("units")[kind])
    return list(dict.fromkeys(known))


def drafted(table: RecognisedTable) -> Draft:
    """Return what is understood of a table, for a person to change."""
    content = yaml.safe_load(draft([table], hints=False))
    rules = {name: _in_full(rule) for name, rule in content["columns"].items()}
    samples = _samples(table)
    columns = [
        DraftedColumn(name, rule["field"], rule.get("unit"), samples.get(fold(name), ()))
        for name, rule in rules.items()
    ]
    grain = None if content["grain"] == UNDECIDED else content["grain"]
    return Draft(content["format"], grain, columns, content)


def declare(
    known: Draft, name: str, grain: str, choices: Mapping[str, ColumnChoice]
) -> Declaration:
    """Return the format that a person's choices make of a draft.

    Args:
        known: the draft.
        name: of the format.
        grain: what a row is.
        choices: by column, of those whose meaning a person said; the others stay as drafted.

    Raises:
        UnfitChoiceError: when they make no format.
    """
    if not grain:
        raise UnfitChoiceError("Say what a row is.")
    columns = {
        column: _chosen(_in_full(rule), choices.get(column))
        for column, rule in known.content["columns"].items()
    }
    content = {**known.content, "format": name, "grain": grain, "columns": columns}
    if grain not in (Grain.THING, Grain.DETAIL, Grain.OBSERVATION):
        content.pop("type", None)
    if grain == Grain.RELATION and not any(
        rule["field"] == "relation" for rule in columns.values()
    ):
        content.setdefault("relation", "depends_on")
    try:
        return read_format(yaml.safe_dump(content, allow_unicode=True, sort_keys=False))
    except FormatError as error:
        place = error.key.removeprefix("columns.").removesuffix(".field")
        problem = str(error).partition(": ")[2]
        raise UnfitChoiceError(f"{place}: {problem}" if place else problem) from error


def _chosen(rule: dict[str, Any], choice: ColumnChoice | None) -> dict[str, Any]:
    if choice is None or (choice.field, choice.unit) == (rule["field"], rule.get("unit")):
        return {key: value for key, value in rule.items() if key != "proposed"}
    unit = {"unit": choice.unit} if choice.unit else {}
    same = {"words", "names"} if choice.field == rule["field"] else set()
    return {"field": choice.field, **unit, **{key: rule[key] for key in same if key in rule}}


def _in_full(rule: Any) -> dict[str, Any]:
    return dict(rule) if isinstance(rule, dict) else {"field": rule or UNMAPPED}


def _samples(table: RecognisedTable) -> dict[str, list[str]]:
    source, known = table
    records = hide_by_records(source.records.filter(pl.col("outcome") == READ), source.header)
    shown = dict[str, list[str]]()
    for at, name in enumerate(source.header):
        cells = clean(records[cell_column(at)], known.null_words).drop_nulls()
        some = hide_cells(cells.unique(maintain_order=True).head(_SHOWN), name)
        shown.setdefault(fold(name), some.to_list())
    return shown
