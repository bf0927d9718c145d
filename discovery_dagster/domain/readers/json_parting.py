"""Elements of a JSON array parted: envelopes among them opened, guests taken out of their hosts.

[{"name": "web-01"}, {"items": [{"name": "db-01"}]}, [{"name": "db-02"}]]
[{"hostname": "kvm-01", "guests": [{"name": "web-01"}, {"name": "web-02"}]}]
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

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

#: The keys that a list stands under, its line, and its elements.
_List = tuple[str, int, list[Element]]


def part(array: Array) -> list[Array]:
    """Return `array` with its own records, and the lists of things that stood inside them.

    Every element is a record of one of them, itself or by what it wraps. What wraps the same key
    is one array.
    """
    own = list[Element]()
    inside = dict[str, tuple[int, list[Element]]]()
    around = f"{array.key}." if array.key else ""
    for element in _without_lists(array.elements):
        record, lists = _parted(element) if may_hold_things(element.value) else (element, [])
        own += [] if record is None else [record]
        for key, line, elements in lists:
            inside.setdefault(key, (line, []))[1].extend(elements)
    lists_inside = (Array(around + key, *each) for key, each in inside.items())
    parted = [inner for each in lists_inside for inner in part(each)]
    return [replace(array, elements=own), *parted] if own or not parted else parted


def _without_lists(elements: Iterable[Element]) -> Iterator[Element]:
    """Give the elements of lists of objects, which are elements themselves, in their place."""
    for element in elements:
        if isinstance(element.value, list) and may_hold_things(element.value):
            yield from _without_lists(elements_of(element))
        else:
            yield element


def _parted(element: Element) -> tuple[Element | None, list[_List]]:
    """Return the record that `element` is, if it is one, and the lists of others inside it."""
    if not isinstance(element.value, dict) or isinstance(element.value, RepeatedKeys):
        return element, []
    shape = shape_of(element.value)
    if not shape.lists:
        return element, []
    if is_envelope(shape):
        return None, list(_lists_in(element, ""))
    return _without_others(element)


def _lists_in(element: Element, prefix: str) -> Iterator[_List]:
    for key, member in members_of(element).items():
        if isinstance(member.value, dict):
            yield from _lists_in(member, f"{prefix}{key}.")
        elif isinstance(member.value, list) and may_hold_things(member.value):
            yield prefix + key, member.line, elements_of(member)


def _without_others(element: Element) -> tuple[Element, list[_List]]:
    """Take the lists of things of their own out of a thing; guests say where they run."""
    name = name_of(element.value)
    if name is None:
        return element, []
    lists = list[_List]()
    for key, member in members_of(element).items():
        values = member.value
        if not isinstance(values, list) or not may_hold_things(values):
            continue
        if is_guest_key(key) and are_named(values):
            lists.append((key, member.line, [_on(guest, name) for guest in elements_of(member)]))
        elif holds_things(key, values) and describes_hosts(values):
            lists.append((key, member.line, elements_of(member)))
    taken = {key for key, _, _ in lists}
    kept = {key: each for key, each in element.value.items() if key not in taken}
    return replace(element, value=kept) if taken else element, lists


def _on(guest: Element, host: str) -> Element:
    column = reference.load("json_subjects")["guests"]["column"]
    if not isinstance(guest.value, dict) or isinstance(guest.value, RepeatedKeys):
        return guest
    return replace(guest, value={**guest.value, column: guest.value.get(column) or host})
