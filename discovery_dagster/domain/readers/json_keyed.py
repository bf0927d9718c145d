"""Objects whose members are the records, each under the name of its thing.

    {"services": {"shop": {"dependsOn": ["stock"]}, "stock": {}}}
    {"shop": ["stock"], "stock": []}

    {"edges": {"shop -> stock": {"protocol": "http"}}}

An object of members is distinguished from one record by its values: things of one kind share keys,
and a list of neighbours names things that are keys themselves.
"""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any, Final

from discovery_dagster import reference
from discovery_dagster.domain.readers.json_record import RepeatedKeys
from discovery_dagster.domain.readers.json_scan import Array, Element, members_of, whole

_DEPTH: Final = 3  # objects around the one whose members are the records
_NAMES: Final = ("name", "key", "key of the record")  # of the column of keys; the first not taken
_NEEDS: Final = "dependsOn"
_ARROW: Final = re.compile(r"(?<![-=])[-=]+>|\u2192")


def keyed_array(element: Element, depth: int = _DEPTH) -> Array | None:
    """Return the members of the object that `element` is, or holds, as records; None without."""
    value = element.value
    if not isinstance(value, dict) or isinstance(value, RepeatedKeys) or not depth:
        return None
    if _are_neighbours(value):
        return _array(element, _NEEDS)
    if _are_things(value):
        return _array(element, None)
    for key, member in members_of(element).items():
        is_only_thing = _is_only_thing(key, member.value)
        array = _array(member, None) if is_only_thing else keyed_array(member, depth - 1)
        if array is not None:
            return replace(array, key=f"{key}.{array.key}" if array.key else key)
    return None


def things_in(text: str) -> Array | None:
    """Return the objects by name in the object `text` that say that they are things, or None.

    Only what `reference/keyed_things.yaml` has tells things from parts of one record with lists.
    """
    if not text.lstrip().startswith("{") or not _of_things().search(text):
        return None
    array = keyed_array(whole(text))
    keys = reference.load("keyed_things")["keys"]
    if array is None or not any(key in each.value for each in array.elements for key in keys):
        return None
    return array


@cache
def _of_things() -> re.Pattern[str]:
    keys = "|".join(map(re.escape, reference.load("keyed_things")["keys"]))
    return re.compile(rf'"(?:{keys})"\s*:')


def edges_in(text: str) -> Array | None:
    """Return the members of an object in the object `text` that are edges, or None.

    They are called `web -> cart`, or each says both of its ends.
    """
    if not text.lstrip().startswith("{") or not _edge_words().search(text):
        return None
    for key, member in members_of(whole(text)).items():
        value = member.value
        if isinstance(value, dict) and value and not isinstance(value, RepeatedKeys):
            ends = [[end.strip() for end in _ARROW.split(name)] for name in value]
            elements = members_of(member).values()
            if all(len(pair) == 2 and all(pair) for pair in ends):
                called = zip(ends, elements, strict=True)
                edges = [_edge(source, target, each) for (source, target), each in called]
                return Array(key, member.line, edges)
            if all(_names_ends(each) for each in value.values()):
                return Array(key, member.line, list(elements))
    return None


def _names_ends(value: Any) -> bool:
    pairs = reference.load("ends")["bare"]
    return isinstance(value, dict) and any(value.keys() >= set(pair) for pair in pairs)


@cache
def _edge_words() -> re.Pattern[str]:
    """What stands in a text that has such: a key with an arrow, or one that is an end."""
    ends = "|".join({end for pair in reference.load("ends")["bare"] for end in pair})
    return re.compile(rf'"(?:[^"\n]{{1,200}}(?:[-=]>|\u2192)[^"\n]{{1,200}}|{ends})"\s*:')


def _edge(source: str, target: str, element: Element) -> Element:
    own = element.value if isinstance(element.value, dict) else {}
    value = {"source": source, "target": target, **own}
    return replace(element, value=RepeatedKeys(value) if isinstance(own, RepeatedKeys) else value)


def _are_neighbours(value: Mapping[str, Any]) -> bool:
    """Whether each member lists names, some of which are members."""
    lists = list(value.values())
    if len(lists) < 2 or not all(isinstance(each, list) for each in lists):
        return False
    named = [name for each in lists for name in each]
    return all(isinstance(name, str) for name in named) and any(name in value for name in named)


def _is_only_thing(key: str, value: Any) -> bool:
    """Whether `value` holds one thing by its name, as things do that stand under `key`."""
    rules = reference.load("keyed_things")
    if key not in rules["containers"] or not isinstance(value, dict) or len(value) != 1:
        return False
    (thing,) = value.values()
    return isinstance(thing, dict) and any(word in thing for word in rules["keys"])


def _are_things(value: Mapping[str, Any]) -> bool:
    """Whether the members are objects of which most share a key."""
    things = list(value.values())
    if len(things) < 2 or not all(isinstance(each, dict) for each in things):
        return False
    filled = [each for each in things if each]
    shared = Counter(key for each in filled for key in each if not key.isdigit())
    if "display_value" in shared:  # fields of one record of ServiceNow
        return False
    return len(filled) > 1 and max(shared.values(), default=0) > len(filled) / 2


def _with_lists(thing: Element, things: Mapping[str, Any]) -> Element:
    """Take objects inside a thing that are called as other things for a list of those.

    What stands in them is said of the neighbours, or of the connection, and not of the thing.
    """
    own = thing.value
    if isinstance(own, RepeatedKeys):
        return thing
    lists = {key: list(each) for key, each in own.items() if _are_called_as(each, things)}
    return replace(thing, value={**own, **lists}) if lists else thing


def _are_called_as(value: Any, things: Mapping[str, Any]) -> bool:
    if not isinstance(value, dict) or isinstance(value, RepeatedKeys) or not value:
        return False
    if not all(isinstance(each, dict) for each in value.values()):
        return False
    return sum(name in things for name in value) > len(value) / 2


def _array(element: Element, column: str | None) -> Array:
    members = {
        key: each if column else _with_lists(each, element.value)
        for key, each in members_of(element).items()
    }
    taken = {key for each in members.values() if column is None for key in each.value}
    called = next(name for name in _NAMES if name not in taken)
    records = []
    for key, each in members.items():
        own = each.value if column is None else {column: each.value}
        value = {called: key, **own}
        repeated = isinstance(own, RepeatedKeys)
        records.append(replace(each, value=RepeatedKeys(value) if repeated else value))
    return Array(None, element.line, records)
