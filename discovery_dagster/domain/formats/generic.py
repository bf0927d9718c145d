"""Tables of no particular tool: of things, and of relations between two things.

What their columns mean is left to the synonyms; they fit only where no other format does.
"""

from discovery_dagster.domain import synonyms
from discovery_dagster.domain.fields import IDENTITY_FIELDS
from discovery_dagster.domain.formats.base import Kind, TableFormat
from discovery_dagster.domain.tables import SourceTable, cell_column
from discovery_dagster.domain.words import fold

#: A table with more records a name than this lists events of things, not things.
_RECORDS_A_NAME = 50


def _names_things(table: SourceTable) -> int:
    naming = [at for at, column in enumerate(table.header) if _is_naming(column)]
    if not naming:
        return 0
    names = max(table.records[cell_column(at)].n_unique() for at in naming)
    return int(names * _RECORDS_A_NAME >= table.records.height)


def _is_naming(column: str) -> bool:
    found = synonyms.find_field(column, synonyms.ASSETS)
    identifies = found is not None and found[0] in IDENTITY_FIELDS
    return identifies or fold(column) in synonyms.named_words()


def _has_two_ends(table: SourceTable) -> int:
    headers = {fold(column) for column in table.header}
    return 2 if any(pair <= headers for pair in synonyms.relation_pairs()) else 0


ASSETS = TableFormat(name="generic.assets", kind=Kind.ASSETS, fit=_names_things)

RELATIONS = TableFormat(
    name="generic.relations",
    kind=Kind.RELATIONS,
    fit=_has_two_ends,
    relation="depends_on",
)

FORMATS = (ASSETS, RELATIONS)
