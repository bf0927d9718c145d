"""Decisions about assets, one a line, as a consultant puts them beside the files of a drop.

How a line is read is in `decisions.override_lines`, what it does in `classification.overriding`.
"""

from pathlib import PurePath
from typing import Final

from discovery_dagster.domain.decisions.override_lines import ASSET, FIELD, REASON, VALUE
from discovery_dagster.domain.formats.base import Kind, TableFormat
from discovery_dagster.domain.source_tables import SourceTable
from discovery_dagster.domain.words import fold

#: Outranks inventories, for which `asset` would name a thing; corrections of it outrank it.
_CERTAIN: Final = 100_000
_NAMED: Final = "overrides"  # with this name a table may lack its reasons, and is told so
_NEEDED: Final = frozenset({ASSET, FIELD, VALUE})
#: A sheet of the decisions workbook has these, too; there `value` is what holds, not the answer.
_ANSWER: Final = "answer"


def _fit(table: SourceTable) -> int:
    folded = set(table.folded_header)
    named = fold(PurePath(table.sheet or table.file).stem) == _NAMED
    fits = folded >= _NEEDED and (named or REASON in folded) and _ANSWER not in folded
    return _CERTAIN if fits else 0


OVERRIDES: Final = TableFormat(name="overrides", kind=Kind.OVERRIDES, fit=_fit, synonyms=False)
FORMATS: Final = (OVERRIDES,)
