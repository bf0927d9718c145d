"""What people decided about single assets: one value of one field, who said so, when and why.

Here is what such a decision is and which values it may have; what it does to an asset is in
`classification.overriding`, how a line of a file is read in `override_lines`.
"""

import hashlib
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final

import polars as pl

from discovery_dagster.domain.errors import InvalidRequestError
from discovery_dagster.domain.fields import ATTRIBUTE_FIELDS
from discovery_dagster.domain.tabular import plain_text
from discovery_dagster.domain.values import NOUNS, clean, read_cells
from discovery_dagster.domain.words import fold
from discovery_dagster.reference import load

#: Where a decision takes effect (see `overrides.yaml`).
SOURCE: Final = "source"
CLASSIFIED: Final = "classified"
PLANNED: Final = "planned"

_LONGEST = 2_000  # characters of a value, reason or author


@dataclass(frozen=True)
class Override:
    """A decision in force; `value` is text as `read_value` gives it.

    `before` is what stood there when it was decided, `origin` where it came from: a command, a
    file and line, a proposal.
    """

    decision: int  # number within the engagement
    session: str
    asset_id: str
    name: str
    field: str
    value: str
    before: str | None
    reason: str
    author: str
    origin: str
    at: datetime


class InvalidOverrideError(InvalidRequestError):
    """A field, value, reason or author that cannot be; `code` is stable, the message one sentence.

    `field` says which of the four is meant.
    """

    def __init__(self, code: str, message: str, field: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.field = field


@cache
def stages() -> Mapping[str, str]:
    """Return the stage at which each field that may be overridden takes effect."""
    return {
        field: stage
        for stage in (SOURCE, CLASSIFIED, PLANNED)
        for field in load("overrides")[stage]
    }


@cache
def allowed_words(field: str) -> tuple[str, ...] | None:
    """Return the only values that a field may have, None when it is free."""
    vocabulary = load("overrides")["words"].get(field)
    if vocabulary is None:
        return None
    if vocabulary == "operating_systems":
        families = {system["family"] for system in load("operating_systems")["systems"]}
        return tuple(sorted(families))
    return tuple(load("vocabulary")[vocabulary])


def read_field(text: str) -> str:
    """Return the field that is meant by `text`, whatever its case and separators.

    Raises:
        InvalidOverrideError: when no such field may be overridden.
    """
    fields = {fold(name): name for name in stages()}
    if field := fields.get(fold(text)):
        return field
    raise InvalidOverrideError(
        "unknown_field",
        f"{_quoted(text)} is no field that can be decided; these are: {', '.join(stages())}.",
        "field",
    )


def read_value(field: str, text: str) -> str:
    """Return the value that is meant by `text`: a word of the field's vocabulary, or plain text.

    Raises:
        InvalidOverrideError: when the field cannot have it; the message lists what it can have.
    """
    if not text.strip():
        raise InvalidOverrideError("no_value", f"There is no value for {field}.", "value")
    words = allowed_words(field)
    if words is None:
        return _free(field, text.strip())
    known = {fold(word): word for word in words}
    if value := known.get(fold(text)):
        return value
    raise InvalidOverrideError(
        "unknown_value",
        f"{_quoted(text)} is no {field.replace('_', ' ')}; allowed are {', '.join(words)}.",
        "value",
    )


def read_words(text: str, what: str) -> str:
    """Return a reason or an author on one line.

    Raises:
        InvalidOverrideError: when there is none, or it is longer than anybody reads.
    """
    words = " ".join(text.split())
    if not words:
        raise InvalidOverrideError(f"no_{what}", f"There is no {what}.", what)
    if len(words) > _LONGEST:
        raise InvalidOverrideError(
            f"long_{what}", f"The {what} has more than {_LONGEST} characters.", what
        )
    return words


def typed(field: str, value: str) -> Any:
    """Return a value that `read_value` gave as the type that the field has in frames."""
    if allowed_words(field) is not None:
        return value
    kind = ATTRIBUTE_FIELDS[field].kind
    if kind in {"names", "titles"}:
        return value.split("; ")
    return {"cores": int, "memory": float, "storage": float}.get(kind, str)(value)


def concerning(known: Iterable[Override], assets: Collection[str], planned: bool) -> list[Override]:
    """Return what was decided about these assets: for the plan, or for what they are."""
    return [
        each
        for each in known
        if each.asset_id in assets and (stages()[each.field] == PLANNED) is planned
    ]


def digest(decided: Collection[Override]) -> str | None:
    """Return a digest of decisions in force, None when there are none."""
    if not decided:
        return None
    numbers = sorted(each.decision for each in decided)
    return hashlib.sha256(" ".join(map(str, numbers)).encode()).hexdigest()


#: Units of fields whose names say them: a number without one, as exports write it, is in these.
_OWN_UNITS: Final = {"memory": "GiB", "storage": "GB"}
_BARE_NUMBER: Final = re.compile(r"\d{1,15}(?:\.\d{1,6})?")


def _free(field: str, text: str) -> str:
    kind = ATTRIBUTE_FIELDS[field].kind
    if len(text) > _LONGEST:
        raise InvalidOverrideError(
            "long_value", f"The value of {field} has more than {_LONGEST} characters.", "value"
        )
    if kind in _OWN_UNITS and _BARE_NUMBER.fullmatch(text):
        text = f"{text} {_OWN_UNITS[kind]}"
    reading = read_cells(kind, clean(pl.Series([text])))
    value = reading.values[0]
    if isinstance(value, pl.Series):
        value = value.to_list()
    if reading.faults[0] or value is None or value == []:
        noun = NOUNS.get(kind, "value")
        raise InvalidOverrideError(
            "unreadable_value", f"{_quoted(text)} is no {noun} for {field}.", "value"
        )
    return plain_text(value)


def _quoted(text: str) -> str:
    shown = " ".join(text.split())
    return f'"{shown[:80]}…"' if len(shown) > 80 else f'"{shown}"'
