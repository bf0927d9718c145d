"""Corrected records: tables that Discovery itself wrote for a person to mend.

A table of it has the columns of the table that it corrects, and beside them where each record
stands. What is done with them is in `domain/corrections/`.
"""

from typing import Final

from discovery_dagster.domain.formats.base import Kind, TableFormat
from discovery_dagster.domain.source_tables import SourceTable

FILE: Final = "discovery file"
SHEET: Final = "discovery sheet"
LINE: Final = "discovery line"
RECORD: Final = "discovery record"  # number of the record in its table: lines may be shared
SURPLUS: Final = "discovery surplus"  # cells beyond the last column
SEVERITY: Final = "discovery severity"
REASONS: Final = "discovery reasons"

#: Columns that stand beside those of the corrected table, in their order.
COLUMNS: Final = (FILE, SHEET, LINE, RECORD, SURPLUS, SEVERITY, REASONS)

#: Outranks whatever format the corrected table is of.
_CERTAIN = 1_000_000


def _fit(table: SourceTable) -> int:
    folded = set(table.folded_header)
    return _CERTAIN if {FILE, LINE} <= folded else 0


CORRECTIONS: Final = TableFormat(
    name="corrections", kind=Kind.CORRECTIONS, fit=_fit, synonyms=False
)
FORMATS: Final = (CORRECTIONS,)
