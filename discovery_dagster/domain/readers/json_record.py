"""One JSON object as the cells of a record.

Where objects stand in a file is the JSON reader's matter.
"""

import json
import re
from functools import lru_cache
from typing import Any

from discovery_dagster import reference
from discovery_dagster.domain.readers.json_interfaces import addresses_in
from discovery_dagster.domain.values.pairs import is_name_key, is_value_key
from discovery_dagster.domain.words import fold

#: Keys of a ServiceNow field exported with `sysparm_display_value=all`.
_DISPLAYED = frozenset({"display_value", "value", "link"})
_KEYS = 4_096  # that are remembered
#: What no table can hold, though JSON can escape it: zero characters and halves of characters.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class Written(str):
    """A number as it is written in the file, so that 1.10 stays 1.10."""


class RepeatedKeys(dict[str, Any]):
    """An object in which a key stands more than once."""


class RepeatedKeyError(ValueError):
    """A key or a column would stand twice in one record, and one value would be lost."""


class TooDeepError(ValueError):
    """Objects and lists stand in one another deeper than the limit."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    return members if len(members) == len(pairs) else RepeatedKeys(members)


#: Keeps numbers as written and notices repeated keys.
DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_float=Written, parse_int=Written, parse_constant=Written
)


def flatten(members: dict[str, Any], depth: int) -> dict[str, str | None]:
    """Return the cells of an object by column.

    Nested objects become columns with dots (`owner.name`); ServiceNow's pairs of display value and
    value become `key` and `key.value`; pairs of tags become columns as tags in an
    object do (`tags.env`); lists of scalars one text with `; ` between them; lists that hold
    anything else compact JSON, beside which the addresses of interfaces stand as columns.

    Raises:
        RepeatedKeyError: when a key or column stands twice.
        TooDeepError: when it is nested deeper than `depth`.
    """
    cells: dict[str, str | None] = {}
    _collect(members, "", depth, cells)
    return cells


def _collect(
    members: dict[str, Any], prefix: str, depth: int, cells: dict[str, str | None]
) -> None:
    _check(members, depth)
    for key, value in members.items():
        column = prefix + key
        if isinstance(value, list) and _holds_tags(key):
            value = _tags(value)
        if isinstance(value, dict) and value:
            if "display_value" in value and value.keys() <= _DISPLAYED:
                value = dict(value)
                _add(cells, column, value.pop("display_value"), depth)
            _collect(value, f"{column}.", depth - 1, cells)
        else:
            _add(cells, column, value, depth)
            for path, addresses in addresses_in(key, value).items():
                _add(cells, f"{column}.{path}", addresses, depth)


def _tags(value: list[Any]) -> Any:
    """Return the tags that a list of pairs gives by name, or `value` where one would be lost."""
    tags: dict[str, Any] = {}
    for pair in value:
        if not isinstance(pair, dict) or len(pair) != 2 or isinstance(pair, RepeatedKeys):
            return value
        (name_key, name), (value_key, tag) = sorted(
            pair.items(), key=lambda each: is_value_key(each[0])
        )
        if not (is_name_key(name_key) and is_value_key(value_key) and isinstance(name, str)):
            return value
        if name in tags or isinstance(tag, dict | list):
            return value
        tags[name] = tag
    return tags


@lru_cache(_KEYS)
def _holds_tags(key: str) -> bool:
    return fold(key) in map(fold, reference.load("json_subjects")["tags"])


def _add(cells: dict[str, str | None], column: str, value: Any, depth: int) -> None:
    column = _storable(column)
    if column in cells:
        raise RepeatedKeyError(column)
    cells[column] = _text(value, depth)


def _text(value: Any, depth: int) -> str | None:
    """Return the cell that stands for `value`, null where it holds nothing."""
    if isinstance(value, str):
        return _storable(value) or None
    if value is None or value in ([], {}):
        return None
    if isinstance(value, list) and not any(isinstance(item, dict | list) for item in value):
        return "; ".join(_text(item, depth) or "" for item in value)
    return _storable(_compact(value, depth))


def _compact(value: Any, depth: int) -> str:
    """Return JSON without spaces; the standard encoder would put numbers as written in quotes."""
    if isinstance(value, Written):
        return str(value)
    if isinstance(value, dict):
        _check(value, depth)
        members = (f"{_compact(k, depth)}:{_compact(v, depth - 1)}" for k, v in value.items())
        return "{" + ",".join(members) + "}"
    if isinstance(value, list):
        _check({}, depth)
        return "[" + ",".join(_compact(item, depth - 1) for item in value) + "]"
    return json.dumps(value, ensure_ascii=False)


def _check(members: dict[str, Any], depth: int) -> None:
    if isinstance(members, RepeatedKeys):
        raise RepeatedKeyError
    if depth < 1:
        raise TooDeepError


def _storable(text: str) -> str:
    # What is printable has none of these.
    return text if text.isprintable() else _UNSTORABLE.sub("\ufffd", text)
