"""The formats of Discovery's own that are data: the files of `reference/formats/`.

They are trusted and read at each start, so that only tests check them as those of people are
checked.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

from discovery_dagster import reference
from discovery_dagster.domain.formats.base import TableFormat
from discovery_dagster.domain.formats.declaring import KINDS, table_format
from discovery_dagster.domain.formats.language import Declaration


@cache
def declarations() -> Mapping[str, Declaration]:
    """Return what is declared, by the names of formats."""
    documents = (each for file in reference.load_folder("formats").values() for each in file)
    return {each["format"]: Declaration.model_validate(_filled(each)) for each in documents}


@cache
def declared(name: str) -> TableFormat:
    """Return the format of Discovery's own that is declared under `name`.

    Raises:
        KeyError: when none is.
    """
    declaration = declarations()[name]
    if declaration.based_on is not None:
        return table_format(declaration, declared(declaration.based_on))
    return table_format(declaration, TableFormat(name, KINDS[declaration.grain]))


def _filled(document: Mapping[str, Any]) -> dict[str, Any]:
    """A document without keys that have no value."""
    return {key: value for key, value in document.items() if value != ""}
