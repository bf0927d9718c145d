"""Tables of no particular tool: of things, and of relations between two things.

What their columns mean is left to the synonyms; they fit only where no other format does.
"""

from discovery_dagster import reference
from discovery_dagster.domain.fields import IDENTITY_FIELDS
from discovery_dagster.domain.formats.base import Kind, Rule, TableFormat
from discovery_dagster.domain.headers import synonyms
from discovery_dagster.domain.headers.affixes import plain_headers
from discovery_dagster.domain.headers.meanings import field_of, find_meaning
from discovery_dagster.domain.headers.words import read_words
from discovery_dagster.domain.source_tables import SourceTable, cell_column
from discovery_dagster.domain.words import fold

_END_FIELDS = frozenset({"source", "target", "source_address", "target_address"})
#: A table with more records a name than this lists events of things, not things.
_RECORDS_A_NAME = 50


def _names_things(table: SourceTable) -> int:
    naming = [at for at, column in enumerate(plain_headers(table.header)) if _is_naming(column)]
    if not naming:
        return 0
    names = max(table.records[cell_column(at)].n_unique() for at in naming)
    return int(names * _RECORDS_A_NAME >= table.records.height)


def _is_naming(column: str) -> bool:
    meaning = find_meaning(column, synonyms.ASSETS)
    return meaning is not None and (meaning.field in IDENTITY_FIELDS or meaning.named is not None)


def has_two_ends(table: SourceTable) -> int:
    """Return how well `table` fits as one of relations between two ends, 0 when it does not."""
    headers = set(table.folded_header)
    if any(pair <= headers for pair in synonyms.relation_pairs()):
        return 2
    return 2 if _ends(table, "source") & _ends(table, "destination") else 0


def _ends(table: SourceTable, side: str) -> set[frozenset[str]]:
    """What the columns of one side say beside the side: `Source Host` says a host."""
    ends = [
        reading.words
        for column in table.header
        if field_of(column, synonyms.RELATIONS) in _END_FIELDS
        for reading in read_words(column)
    ]
    return {words - {side} for words in ends if side in words}


ASSETS = TableFormat(name="generic.assets", kind=Kind.ASSETS, fit=_names_things, at_most=1)

RELATIONS = TableFormat(
    name="generic.relations",
    kind=Kind.RELATIONS,
    fit=has_two_ends,
    at_most=2,
    columns={
        fold(name): Rule("direction") for name in reference.load("ends")["columns"]["direction"]
    },
    relation="depends_on",
)

FORMATS = (ASSETS, RELATIONS)
