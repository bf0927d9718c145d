"""Which taught format a table is read by, and which format of Discovery's own it stands beside.

Like any format, a taught one is told by its header. It outranks the words of headers, and those of
Discovery's formats that know no more of the table's columns than it does.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from discovery_dagster.domain import formats
from discovery_dagster.domain.formats.base import TableFormat, sheet_names
from discovery_dagster.domain.formats.language import Declaration
from discovery_dagster.domain.grain import OF_KIND, Grain
from discovery_dagster.domain.grain.deciding import NOUNS
from discovery_dagster.domain.source_tables import SourceTable
from discovery_dagster.domain.teaching import TaughtFormat
from discovery_dagster.domain.teaching.declaring import table_format
from discovery_dagster.domain.words import fold


@dataclass(frozen=True)
class Recognised:
    """The format of a table; `taught` where a person taught it.

    `note` is a sentence about a taught format that fits and is not taken, None where none is.
    """

    table_format: TableFormat
    taught: TaughtFormat | None = None
    note: str | None = None


def recognise(table: SourceTable, known: TableFormat, taught: Sequence[TaughtFormat]) -> Recognised:
    """Return the format by which a table is read.

    Args:
        table: as its reader gave it.
        known: as which it was recognised.
        taught: formats of the client that are in force.
    """
    fitting = [(each, declare(each)) for each in taught if fits(each.declared, table)]
    if not fitting:
        return Recognised(known)
    chosen, own = max(fitting, key=lambda each: (each[1].specificity(table), each[0].decision))
    others = [each.name for each, _ in fitting if each is not chosen]
    if not _of_no_tool(known):
        based_on_it = chosen.declared.based_on == known.name
        if not based_on_it and known.specificity(table) > own.specificity(table):
            note = f"The taught format {chosen.name} fits as well and knows less of the table."
            return Recognised(known, None, note)
        others = [known.name, *others]
    return Recognised(declare(chosen, others), chosen)


def declare(taught: TaughtFormat, beside: Sequence[str] = ()) -> TableFormat:
    """Return a taught format as tables are read by it.

    Args:
        taught: the format.
        beside: names of other formats that fit the table as well.
    """
    noun = NOUNS[Grain(taught.declared.grain)]
    others = f"; {', '.join(beside)} would fit as well" if beside else ""
    reason = (
        f'Format {taught.name}, taught by {taught.author} ("{taught.reason}"), says that its'
        f" records are {noun}{others}."
    )
    why = taught.declared.reason
    return table_format(taught.declared, taught.origin, f"{reason} {why}" if why else reason)


def fits(declared: Declaration, table: SourceTable) -> bool:
    """Whether a table has the header of a format, and is on its sheet where it names any."""
    sheets, others = (set(map(fold, names)) for names in (declared.sheets, declared.or_sheets))
    if others & sheet_names(table):
        return True
    has_header = _told(declared, table.header) and set(declared.exactly) <= set(table.header)
    return has_header and (not sheets or bool(sheets & sheet_names(table)))


def told_by(declared: Declaration, header: Sequence[str]) -> bool:
    """Whether a table with a header may be of a format, on whatever sheet it is."""
    return bool(declared.or_sheets) or _told(declared, header)


def _told(declared: Declaration, header: Sequence[str]) -> bool:
    """Whether a header has all columns of a list that tells a format."""
    folded = {fold(column) for column in header}
    lists = (names for names in (declared.header, *declared.headers) if names)
    return any(folded.issuperset(map(fold, names)) for names in lists)


def rivals(declared: Declaration) -> list[str]:
    """Return the formats of Discovery that tables with the header of a taught one may be of."""
    lists = [{fold(column) for column in names} for names in (declared.header, *declared.headers)]
    return sorted(
        known.name
        for known in formats.FORMATS.values()
        if not _of_no_tool(known)
        and known.kind in OF_KIND
        and any(names <= header for names in known.headers for header in lists)
    )


def _of_no_tool(known: TableFormat) -> bool:
    return known.name.startswith(("generic.", formats.UNRECOGNISED.name))
