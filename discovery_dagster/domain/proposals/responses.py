"""What the text of a model's response says about each question, whatever it is wrapped in.

An item that cannot be used costs itself and no other: prose and code fences around the JSON, commas
too many, a text that is cut off, ids and values in other letters are read through.
"""

import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from discovery_dagster.domain.words import fold

NO_ITEM: Final = "it has no item about the question"
NO_VALUE: Final = "its value is none of the allowed ones"
CONTRADICTION: Final = "it has two items about the question, and they differ"

#: A string, or a comma before a closing bracket, which JSON does not allow and models write.
_QUOTED_OR_LOOSE_COMMA: Final = re.compile(
    r'(?P<quoted>"(?:[^"\\]|\\.)*")|,(?=\s*[\]}])', re.DOTALL
)


@dataclass(frozen=True)
class Item:
    """A usable answer to one question; `confidence` is null where none from 0 to 1 is stated."""

    value: str
    confidence: float | None
    reason: str


@dataclass(frozen=True)
class Response:
    """The usable items by id, and why there is none of each other id."""

    items: Mapping[str, Item] = field(default_factory=dict)
    faults: Mapping[str, str] = field(default_factory=dict)


def read_response(text: str, ids: Collection[str], values: Collection[str]) -> Response:
    """Return what a response says about the questions with these ids.

    Args:
        text: of the response, as it came.
        ids: of the questions that were asked; items about others are left out.
        values: the allowed answers.
    """
    named = {fold(name): name for name in ids}
    allowed = {fold(value): value for value in values}
    items, faults = dict[str, Item](), dict[str, str]()
    for written in _items(text):
        name = named.get(fold(_text(written.get("id"))))
        if name is None:
            continue
        value = allowed.get(fold(_text(written.get("value"))))
        if value is None:
            faults.setdefault(name, NO_VALUE)
        elif name in items and items[name].value != value:
            faults[name] = CONTRADICTION
        else:
            read = Item(value, _confidence(written.get("confidence")), _text(written.get("reason")))
            items.setdefault(name, read)
    usable = {name: item for name, item in items.items() if faults.get(name) != CONTRADICTION}
    return Response(usable, {name: faults.get(name, NO_ITEM) for name in ids if name not in usable})


def _items(text: str) -> Iterator[dict[str, Any]]:
    """The objects of a list `items`, or that stand alone where the list around them is broken."""
    text = _QUOTED_OR_LOOSE_COMMA.sub(lambda match: match["quoted"] or "", text[text.find("{") :])
    decoder, at = json.JSONDecoder(), text.find("{")
    while at >= 0:
        try:
            read, end = decoder.raw_decode(text, at)
        except ValueError:
            end = at + 1
        except RecursionError:
            return  # nothing that was asked for nests so deep
        else:
            listed = read.get("items")
            yield from filter(_is_object, listed if isinstance(listed, list) else [read])
        at = text.find("{", end)


def _is_object(value: object) -> bool:
    return isinstance(value, dict)


def _confidence(value: object) -> float | None:
    stated = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if stated and 0 <= value <= 1 else None  # type: ignore[operator, arg-type]


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
