"""Relations written as sentences: a thing, a phrase, and another thing, whatever the headers are.

    Configuration Item | Relationship | Related CI        Übergeordnetes Element | Typ | …
    crm                | supports     | portal            sapdb01 | Läuft auf::Führt aus | srv-77

A column of which most values are phrases that are known says how two others are related, from the
left one to the right one; of a column that is called a relation, one such value is enough.
"""

from typing import Final

from discovery_dagster import reference
from discovery_dagster.domain.fields import IDENTITY_FIELDS, REFERENCES
from discovery_dagster.domain.formats.connections import is_inventory
from discovery_dagster.domain.formats.generic import has_two_ends
from discovery_dagster.domain.formats.undirected import find_pair
from discovery_dagster.domain.headers import synonyms
from discovery_dagster.domain.headers.meanings import field_of, find_meaning
from discovery_dagster.domain.headers.phrases import share_known
from discovery_dagster.domain.source_tables import SourceTable, cell_column
from discovery_dagster.domain.words import fold

_KNOWN: Final = 0.5  # share of the different values above which most are known phrases
_RECORDS: Final = 5_000  # that are looked at: any table may be such, and a flow log is long
_SAMPLE: Final = 200  # different values that are looked at
_NAMES: Final = ("Source", "Relationship", "Target")
_SIDES: Final = ("source", "target")


def reshape(tables: tuple[SourceTable, ...]) -> tuple[SourceTable, ...]:
    """Call the columns of sentences what they are."""
    return tuple(_reshape(table) for table in tables)


def _reshape(table: SourceTable) -> SourceTable:
    if len(table.header) < len(_NAMES) or has_two_ends(table) or is_inventory(table):
        return table
    phrases = [at for at in range(len(table.header)) if _has_phrases(table, at)]
    if len(phrases) != 1:
        return table
    ends = _ends(table, phrases[0])
    if ends is None:
        return table
    header = list(table.header)
    for at, name in zip((ends[0], phrases[0], ends[1]), _NAMES, strict=True):
        header[at] = name
    return SourceTable(table.file, table.sheet, tuple(header), table.header_line, table.records)


def _has_phrases(table: SourceTable, at: int) -> bool:
    cells = table.records[cell_column(at)].head(_RECORDS).drop_nulls()
    values = cells.unique(maintain_order=True).head(_SAMPLE)
    share = share_known(values)
    return share > _KNOWN or (share > 0 and _is_called_relation(table.header[at]))


def _is_called_relation(column: str) -> bool:
    weak = map(fold, reference.load("ends")["weak_relations"])
    return field_of(column, synonyms.RELATIONS) == "relation" and fold(column) not in weak


def _ends(table: SourceTable, phrase: int) -> tuple[int, int] | None:
    """The columns of the two things that the phrase relates, None where one is missing.

    Those before and behind it that name things or, where it stands beside both (`CI, Related CI,
    Relationship`), the two in their order.
    """
    others = [at for at in range(len(table.header)) if at != phrase]
    pair = find_pair(table)
    named = [at for at in others if _names(table.header[at]) or at in (pair or ())]
    before = [at for at in named if at < phrase]
    behind = [at for at in named if at > phrase]
    if before and behind:
        return before[-1], behind[0]
    if len(named) == len(_SIDES):
        return named[0], named[1]
    # Unknown headers say nothing against the only two columns that there are.
    return (others[0], others[1]) if len(others) == len(_SIDES) else None


def _names(column: str) -> bool:
    if fold(column) in synonyms.related_words():
        return True
    meaning = find_meaning(column, synonyms.ASSETS)
    if meaning is not None:
        return meaning.named is not None or meaning.field in {*IDENTITY_FIELDS, *REFERENCES}
    return bool({"ci", "element", "objekt", "object", "item"} & set(fold(column).split()))
