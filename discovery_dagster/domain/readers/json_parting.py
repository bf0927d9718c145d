"""Elements of a JSON array parted: envelopes among them opened, guests taken out of their hosts.

[{"name": "web-01"}, {"items": [{"name": "db-01"}]}, [{"name": "db-02"}]]
[{"hostname": "kvm-01", "guests": [{"name": "web-01"}, {"name": "web-02"}]}]
"""

from dataclasses import replace
from typing import Any

from discovery_dagster import reference
from discovery_dagster.domain.readers.json_record import RepeatedKeys
from discovery_dagster.domain.readers.json_scan import Array, Element, elements_of, members_of
from discovery_dagster.domain.readers.json_subjects import (
    are_named,
    describes_hosts,
    holds_things,
    is_envelope,
    is_guest_key,
    may_hold_things,
    name_of,
    shape_of,
)


def part(array: Array) -> list[Array]:
    """Return `array` with its own records, and the lists of things that stood inside them.

    Every element is a record of one of them, itself or by what it wraps. What wraps the same key
    is one array.
    """
    own = list[Element]()
    inside = dict[str, list[Element]]()
    first = dict[str, int]()
    for element in array.elements:
        if not may_hold_things(element.value):
            own.append(element)
            continue
        record, lists = _parted(element)
        own.extend(record)
        for key, line, elements in lists:
            first.setdefault(key, line)
            inside.setdefault(key, []).extend(elements)
    around = f"{array.key}." if array.key else ""
    parted = [Array(around + key, first[key], each) for key, each in inside.items()]
    return [replace(array, elements=own), *parted] if own else parted


_Lists = list[tuple[str, int, list[Element]]]


def _parted(element: Element) -> tuple[list[Element], _Lists]:
    """Return the records that `element` is, and the lists of others inside it."""
    value = element.value
    if isinstance(value, list):
        return elements_of(element), []
    if isinstance(value, RepeatedKeys):
        return [element], []
    shape = shape_of(value)
    if not shape.lists:
        return [element], []
    if is_envelope(shape):
        return [], [_list_at(element, key) for key in shape.lists]
    return _without_others(element)


def _list_at(element: Element, key: str) -> tuple[str, int, list[Element]]:
    inner = element
    for step in key.split("."):
        inner = members_of(inner)[step]
    return key, inner.line, elements_of(inner)


def _without_others(element: Element) -> tuple[list[Element], _Lists]:
    """Take the lists of things of their own out of a thing; guests say where they run."""
    value: dict[str, Any] = element.value
    name = name_of(value)
    lists: _Lists = []
    for key, values in value.items():
        if not isinstance(values, list) or not may_hold_things(values):
            continue
        if name and is_guest_key(key) and are_named(values):
            _, line, guests = _list_at(element, key)
            lists.append((key, line, [_on(guest, name) for guest in guests]))
        elif name and holds_things(key, values) and describes_hosts(values):
            lists.append(_list_at(element, key))
    taken = {key for key, _, _ in lists}
    kept = {key: each for key, each in value.items() if key not in taken}
    return [replace(element, value=kept) if taken else element], lists


def _on(guest: Element, host: str) -> Element:
    column = reference.load("json_subjects")["guests"]["column"]
    if not isinstance(guest.value, dict) or isinstance(guest.value, RepeatedKeys):
        return guest
    return replace(guest, value={**guest.value, column: guest.value.get(column) or host})
