"""Who says what the records of a table are, and by which format it is read then.

A person outranks the format of a tool, and that outranks the values.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Final

from discovery_dagster.domain import formats
from discovery_dagster.domain.decisions.grains import GrainDecision, key_of
from discovery_dagster.domain.formats.base import Kind, TableFormat
from discovery_dagster.domain.grain import (
    BY_FORMAT,
    BY_PERSON,
    OF_KIND,
    Grain,
    TableGrain,
)
from discovery_dagster.domain.grain.columns import Column
from discovery_dagster.domain.grain.inference import about_subject, infer_grain
from discovery_dagster.domain.words import fold

_THINGS: Final = "generic.assets"
_RELATIONS: Final = "generic.relations"
#: Formats that fit a table by nothing but words of its headers.
BY_HEADER_WORDS: Final = frozenset({_THINGS, formats.UNRECOGNISED.name})
_NAMES: Final = frozenset({"name", "hostname", "fqdn"})
_ENDS: Final = ({"source", "target"}, {"source_address", "target_address"})

#: What the records are, in words.
NOUNS: Final = {
    Grain.THING: "things",
    Grain.DETAIL: "details of things",
    Grain.OBSERVATION: "observations about things",
    Grain.RELATION: "relations between things",
    Grain.FLOW: "observed connections",
    Grain.SPAN: "spans of traces",
    Grain.DECISION: "decisions of people",
    Grain.CORRECTION: "corrections of other records",
    Grain.NOTHING: "nothing that is used",
}


def decide(
    table_format: TableFormat,
    columns: Sequence[Column],
    decisions: Sequence[GrainDecision] = (),
    accepted: Collection[str] = (),
) -> TableGrain:
    """Say what the records of a table are.

    Args:
        table_format: as the table was recognised.
        columns: of the table.
        decisions: of the client that are in force.
        accepted: fields that people said columns of the table are.
    """
    by_person = _decided(table_format, columns, decisions)
    if by_person is not None:
        return by_person
    if table_format.name not in BY_HEADER_WORDS:
        grain = OF_KIND[table_format.kind]
        reason = table_format.reason or f"Tables of {table_format.name} hold {NOUNS[grain]}."
        return TableGrain(grain, reason, 1.0, BY_FORMAT)
    if any(ends <= set(accepted) for ends in _ENDS):
        reason = "A row is a relation: people said which columns are its two ends."
        return TableGrain(Grain.RELATION, reason, 1.0, BY_PERSON)
    known = table_format.name == _THINGS or bool(_NAMES & set(accepted))
    return infer_grain(columns, known=known)


def may_decide(table_format: TableFormat, grain: Grain) -> bool:
    """Whether a person may say that the records of tables of a format are of this grain."""
    return grain is Grain.NOTHING or table_format.name.startswith(
        ("generic.", formats.UNRECOGNISED.name)
    )


def _decided(
    table_format: TableFormat, columns: Sequence[Column], decisions: Sequence[GrainDecision]
) -> TableGrain | None:
    key = key_of([column.header for column in columns]) if decisions else ()
    for decision in decisions:
        if decision.columns != key or decision.grain is None:
            continue
        if not may_decide(table_format, decision.grain):
            continue
        at = next((each.position for each in columns if fold(each.header) == decision.name), None)
        reason = f"{decision.author} decided that its records are {NOUNS[decision.grain]}."
        beside = frozenset[int]()
        if decision.grain is Grain.OBSERVATION:
            at, beside = about_subject(columns, at)
        return TableGrain(decision.grain, reason, 1.0, BY_PERSON, name=at, beside=beside)
    return None


def read_as(table_format: TableFormat, grain: TableGrain) -> TableFormat:
    """Return the format by which a table is read whose records are of `grain`.

    Args:
        table_format: as the table was recognised.
        grain: as decided.
    """
    if grain.waits:
        return replace(formats.UNRECOGNISED, reason=waiting_reason(grain))
    if grain.method == BY_FORMAT or OF_KIND.get(table_format.kind) is grain.grain:
        return table_format
    if grain.grain is Grain.NOTHING:
        return replace(table_format, kind=Kind.IGNORED, reason=grain.reason, switch=None)
    if grain.grain is Grain.RELATION:
        return formats.format_named(_RELATIONS)
    things = formats.format_named(_THINGS)
    kind = next(kind for kind, known in OF_KIND.items() if known is grain.grain)
    return replace(things, kind=kind)


def waiting_reason(grain: TableGrain) -> str:
    """Why the records of a table that waits are ignored, in a sentence."""
    return f"The table waits for a decision. {grain.reason}"
