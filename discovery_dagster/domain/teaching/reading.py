"""From the text of formats to their declarations; what is wrong is said with its line and key."""

from typing import Any, Final

import yaml
from pydantic import BaseModel, ValidationError

from discovery_dagster.domain.formats.language import (
    Declaration,
    TaughtColumn,
    TaughtExclusion,
    TaughtPhrase,
    TaughtTypes,
)
from discovery_dagster.domain.teaching.checking import check
from discovery_dagster.domain.teaching.text import Document, FormatError, Path, read_documents

_INNER: Final[dict[str, type[BaseModel]]] = {
    "columns": TaughtColumn,
    "exclusions": TaughtExclusion,
    "phrases": TaughtPhrase,
    "types": TaughtTypes,
}
_NAME: Final = (
    "a name is small letters, digits, `_`, `-` and `.`, at most 80, and begins with one of the"
    " first two"
)


def read_formats(text: str, *, own: bool = False) -> list[Declaration]:
    """Return the formats that `text` declares, one in each document.

    Args:
        text: YAML.
        own: whether they are formats of Discovery's own.

    Raises:
        FormatError: when one of them is wrong.
    """
    documents = read_documents(text)
    if not documents:
        raise FormatError(1, "", "it declares no format")
    declared = [_declaration(document, own=own) for document in documents]
    names = set[str]()
    for document, each in zip(documents, declared, strict=True):
        if each.format in names:
            raise document.error(("format",), f"`{each.format}` stands twice in this file")
        names.add(each.format)
    return declared


def read_format(text: str) -> Declaration:
    """Return the one format that `text` declares, as `write_format` wrote it."""
    (declared,) = read_formats(text)
    return declared


def write_format(declared: Declaration) -> str:
    """Return the YAML of a format, without comments, which hold values of a client's file."""
    return yaml.safe_dump(declared.plain(), allow_unicode=True, sort_keys=False, width=100)


def _declaration(document: Document, *, own: bool) -> Declaration:
    if not isinstance(document.content, dict):
        raise document.error((), "a format is keys with values, such as `grain: thing`")
    try:
        declared = Declaration.model_validate(document.content)
    except ValidationError as error:
        raise _first(document, error) from error
    check(document, declared, own=own)
    return declared


def _first(document: Document, error: ValidationError) -> FormatError:
    """The error that stands first in the text."""
    errors = [
        (document.error(path, _problem(each, path)), each["type"] == "missing")
        for each in error.errors(include_url=False)
        for path in (_path(each["loc"]),)
    ]
    # A key that is missing may only be misspelt.
    return min(errors, key=lambda each: (each[0].line, each[1]))[0]


def _path(loc: tuple[int | str, ...]) -> Path:
    return tuple(key for key in loc if key != "[key]")


def _problem(error: Any, path: Path) -> str:
    value = error.get("input")
    shown = f"`{str(value)[:60]}`"
    match error["type"]:
        case "missing":
            return "it is missing"
        case "extra_forbidden":
            return f"there is no such key; there are {', '.join(_keys(path))}"
        case "string_pattern_mismatch":
            return f"{shown} is no name of a format: {_NAME}"
        case "literal_error":
            allowed = error["ctx"]["expected"].replace("'", "").replace(" or ", ", ")
            return f"{shown} is none of {allowed}"
        case "string_type":
            return "a text is needed" if value is None else "a text is needed, not several values"
        case "list_type":
            return f"a list is needed, such as [{value}]" if isinstance(value, str) else _A_LIST
        case "bool_parsing" | "bool_type":
            return f"{shown} is neither `true` nor `false`"
        case "too_short":
            return "it is empty"
        case _:
            keys = f"keys with values are needed, of {', '.join(_keys((*path, '', '')))}"
            return keys if len(path) > 1 else "keys with values are needed"


_A_LIST: Final = "a list is needed"


def _keys(path: Path) -> list[str]:
    inner = len(path) > (1 if path[0] == "types" else 2)
    model = _INNER.get(str(path[0]), Declaration) if inner else Declaration
    return list(model.model_fields)
