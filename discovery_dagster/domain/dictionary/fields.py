"""The fields of a dictionary, and what their words may mean (`reference/dictionary.yaml`)."""

from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache
from typing import Any, Final

from discovery_dagster.domain.errors import InvalidRequestError
from discovery_dagster.domain.words import fold
from discovery_dagster.reference import load

RELATION: Final = "relation"

#: The meaning of a word that says nothing: its cell is read as if it were empty.
NOTHING: Final = "nothing"

#: How a relation is worded, by whether the right thing needs the left one.
_DIRECTIONS: Final = {False: "source {} target", True: "target {} source"}

_LONGEST: Final = 200  # characters of a word, or of a meaning that is free


class DictionaryError(InvalidRequestError):
    """A field, word or meaning that cannot be; `code` is stable, the message one sentence.

    `part` says which of the three is meant.
    """

    def __init__(self, code: str, message: str, part: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.part = part


@cache
def fields() -> Mapping[str, Mapping[str, Any]]:
    """Return the fields by name, each with its `columns`, its `vocabulary` and whether `asked`."""
    listed: Mapping[str, Mapping[str, Any]] = load("dictionary")["fields"]
    return listed


@cache
def field_of(column: str) -> str | None:
    """Return the field whose words stand in columns of a canonical field, None where none do."""
    return next((name for name, field in fields().items() if column in field["columns"]), None)


@cache
def meanings(field: str) -> tuple[str, ...] | None:
    """Return what a word of a field may mean, None where any text may."""
    match fields()[field]["vocabulary"]:
        case "free":
            return None
        case "states":
            words = [one["state"] for one in load("states")["states"]]
        case "relations":
            words = list(relations())
        case vocabulary:
            words = list(load("vocabulary")[vocabulary])
    return (*(word for word in words if word not in load("dictionary")["no_meanings"]), NOTHING)


@cache
def relations() -> Mapping[str, tuple[str, bool]]:
    """Return the relation and whether it is turned, by the meaning of a phrase."""
    return {
        worded.format(relation): (relation, turned)
        for relation in load("vocabulary")["relations"]
        for turned, worded in _DIRECTIONS.items()
    }


def read_field(text: str) -> str:
    """Return the field that is meant by `text`, whatever its case and separators.

    Raises:
        DictionaryError: when it is none.
    """
    known = {fold(name): name for name in fields()}
    if field := known.get(fold(text)):
        return field
    raise DictionaryError(
        "no_such_field", f"{_quoted(text)} is no field: use {', '.join(fields())}.", "field"
    )


def read_word(text: str) -> str:
    """Return a word as it is kept: on one line.

    Raises:
        DictionaryError: when there is none, or it is longer than a word of a vocabulary.
    """
    word = " ".join(text.split())
    if not word:
        raise DictionaryError("no_word", "There is no word.", "word")
    if len(word) > _LONGEST:
        problem = f"A word has at most {_LONGEST} characters; this text has {len(word)}."
        raise DictionaryError("long_word", problem, "word")
    return word


def read_meaning(field: str, text: str) -> str:
    """Return the meaning that `text` names, whatever its case and separators.

    Raises:
        DictionaryError: when a word of the field cannot mean it; the message names what it can.
    """
    allowed = meanings(field)
    if allowed is None:
        return NOTHING if fold(text) == NOTHING else read_word(text)
    known = {fold(word): word for word in allowed}
    if meaning := known.get(fold(text)):
        return meaning
    near = get_close_matches(fold(text), known, 3, 0.6)
    hint = f" Nearest: {', '.join(known[word] for word in near)}." if near else ""
    problem = f"{_quoted(text)} is no meaning of a {field}; allowed are {', '.join(allowed)}.{hint}"
    raise DictionaryError("no_such_meaning", problem, "meaning")


def _quoted(text: str) -> str:
    shown = " ".join(text.split())
    return f'"{shown[:80]}…"' if len(shown) > 80 else f'"{shown}"'
