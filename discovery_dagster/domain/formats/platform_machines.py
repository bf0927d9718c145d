"""Records of virtual machines that are none to move: templates, and what a platform makes itself.

Every tool that lists machines lists them, too; which they are is data
(`reference/virtual_machines.yaml`).
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache

from discovery_dagster.domain.formats.base import Exclusion, Kind, TableFormat
from discovery_dagster.domain.headers import synonyms
from discovery_dagster.domain.headers.meanings import find_meaning
from discovery_dagster.domain.words import fold
from discovery_dagster.reference import load

_MACHINE = "virtual_machine"
_NAMES = frozenset({"name", "hostname"})


def platform_exclusions(header: Sequence[str], table_format: TableFormat) -> Iterator[Exclusion]:
    """Yield what is left out of a table of things, or of details of them."""
    of_things = {Kind.ASSETS, Kind.DETAILS} & table_format.kinds
    if not of_things or table_format.asset_type not in {None, _MACHINE}:
        return
    folded = {fold(column) for column in header}
    yield from (each for each in _marks() if each.column in folded)
    for column in header:
        if _names_machines(column, table_format):
            yield from (Exclusion(fold(column), *each) for each in _platform())


def _names_machines(column: str, table_format: TableFormat) -> bool:
    rule = table_format.columns.get(fold(column))
    if rule is not None and not rule.taught:
        return rule.field == "name"
    if rule is not None and rule.field in _NAMES:
        return True
    if not table_format.synonyms:
        return False
    meaning = find_meaning(column, synonyms.ASSETS)
    return meaning is not None and (meaning.field in _NAMES or meaning.named == _MACHINE)


@cache
def _marks() -> tuple[Exclusion, ...]:
    true = frozenset(load("booleans")["true"])
    return tuple(
        Exclusion(fold(column), true, each["reason"])
        for each in load("virtual_machines")["marks"]
        for column in each["columns"]
    )


@cache
def _platform() -> tuple[tuple["_Named", str], ...]:
    machines = load("virtual_machines")["platform"]
    return tuple((_Named(each["pattern"]), each["reason"]) for each in machines)


class _Named:
    """Whether a cell is a name that matches a pattern as a whole."""

    def __init__(self, pattern: str) -> None:
        self._pattern = re.compile(pattern)

    def __call__(self, cell: str) -> bool:
        return self._pattern.fullmatch(cell.strip().lower()) is not None
