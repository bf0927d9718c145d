"""From what a person declared to the format that tables are read by."""

from dataclasses import replace
from typing import Final

from discovery_dagster.domain import formats
from discovery_dagster.domain.formats import declaring
from discovery_dagster.domain.formats.base import Kind, TableFormat
from discovery_dagster.domain.formats.language import Declaration
from discovery_dagster.domain.tables.words import Relation
from discovery_dagster.domain.words import fold

_RELATIONS: Final = "generic.relations"
_THINGS: Final = "generic.assets"

#: Formats on which one of things, of relations or of a table that nobody knows is based anyway.
IMPLIED: Final = frozenset({_THINGS, _RELATIONS, formats.UNRECOGNISED.name})

#: What a format of flows is based on where it names none.
_FLOWS: Final = TableFormat(
    name="flows",
    kind=Kind.FLOWS,
    relation=Relation.CONNECTS_TO,
    evidence="observed",
    synonyms=False,
)


def table_format(declared: Declaration, origin: str, reason: str) -> TableFormat:
    """Return the format that a person declared.

    Args:
        declared: as it was checked.
        origin: who taught it and why, for the mapping of its columns.
        reason: why a row of its tables is what it is, one sentence.
    """
    known = declaring.table_format(declared, _base(declared))
    own = {fold(name) for name in declared.columns}
    columns = {
        name: replace(rule, taught=True) if name in own else rule
        for name, rule in known.columns.items()
    }
    # The sheets that it names are a condition beside its header, and nothing else tells it.
    sheets = known.sheets | {fold(name) for name in declared.sheets}
    return replace(known, columns=columns, sheets=sheets, reason=reason, taught=origin)


def _base(declared: Declaration) -> TableFormat:
    if declared.based_on is not None:
        return formats.format_named(declared.based_on)
    if declared.grain == "flow":
        return _FLOWS
    return formats.format_named(_RELATIONS if declared.grain == "relation" else _THINGS)
