"""The formats that Discovery knows: those of every module here that has `FORMATS`.

A module may also have `reshape`, from all tables of a file to those that its formats know.
"""

import importlib
import pkgutil
from collections.abc import Iterator
from types import ModuleType
from typing import Final

from discovery_dagster.domain.formats.base import Kind, TableFormat
from discovery_dagster.domain.source_tables import SourceTable

__all__ = ["FORMATS", "UNRECOGNISED", "Kind", "TableFormat", "format_named", "recognise", "reshape"]

#: Modules whose formats win only where no other one knows as much, in their order.
_LAST: Final = ("jaeger", "graphs", "generic")


def _modules() -> Iterator[ModuleType]:
    names = sorted(entry.name for entry in pkgutil.iter_modules(__path__))
    for name in (*(name for name in names if name not in _LAST), *_LAST):
        module = importlib.import_module(f"{__name__}.{name}")
        if hasattr(module, "FORMATS"):
            yield module


_MODULES: Final = tuple(_modules())

#: Every format by name, in the order in which equally specific ones win.
FORMATS: Final[dict[str, TableFormat]] = {
    known.name: known for module in _MODULES for known in module.FORMATS
}

_RESHAPES: Final = tuple(module.reshape for module in _MODULES if hasattr(module, "reshape"))

#: A table that no format knows: it waits for a person who says what its records are.
UNRECOGNISED: Final = TableFormat(
    name="unrecognised",
    kind=Kind.WAITING,
    reason="It waits for a decision: no column names a host, an application or two ends of a "
    "connection.",
)


def reshape(tables: tuple[SourceTable, ...]) -> tuple[SourceTable, ...]:
    """Return the tables of a file as formats know them, where it spreads records over several."""
    for rebuild in _RESHAPES:
        tables = rebuild(tables)
    return tables


def recognise(table: SourceTable) -> TableFormat | None:
    """Return the most specific format of `table`, or None when nothing can be made of it.

    Headers decide, in any order, and the sheet's name where a tool fixes it.
    """
    best, most = None, 0
    for known in FORMATS.values():
        if known.at_most is None or known.at_most > most:
            fit = known.specificity(table)
            best, most = (known, fit) if fit > most else (best, most)
    return best


def format_named(name: str) -> TableFormat:
    """Return the format called `name`.

    Raises:
        KeyError: when there is none.
    """
    return UNRECOGNISED if name == UNRECOGNISED.name else FORMATS[name]
