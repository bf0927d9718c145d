"""Objects that hold lists of objects: things with lists of their parts, or envelopes around things.

    {"hostname": "web-01", "os": "Debian 12", "disks": [{"name": "sda"}]}     a thing
    {"total": 2, "servers": [{"name": "web-01"}, {"name": "web-02"}]}         an envelope

Evidence decides: what the object's own keys mean as headers, and what its lists hold. The words and
fields that count are data in `reference/json_subjects.yaml`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Final

from discovery_dagster import reference
from discovery_dagster.domain.headers import synonyms
from discovery_dagster.domain.headers.meanings import find_meaning
from discovery_dagster.domain.readers.json_scan import Array, Outline
from discovery_dagster.domain.words import fold

_SAMPLE: Final = 20  # elements that say what a list holds
_DEPTH: Final = 3  # objects in one another that are looked into
_LEAST: Final = 2  # facts that make a host of what has a name
_KEYS: Final = 4_096  # sets of keys that are remembered: records of one kind share theirs
_IDENTIFIERS: Final = frozenset({"id", "uid", "key"})


@dataclass(frozen=True)
class Shape:
    """An object's own scalars, those of objects in it, and its lists of objects, by dotted keys."""

    own: Mapping[str, Any]
    inner: Mapping[str, Any]
    lists: Mapping[str, Sequence[Any]]


def shape_of(value: Mapping[str, Any] | Outline) -> Shape:
    """Return the shape of an object."""
    inner: dict[str, Any] = {}
    lists: dict[str, Sequence[Any]] = {}
    for key, member in _members(value, "", _DEPTH):
        if isinstance(member, list):
            lists[key] = member
        else:
            inner[key] = member
    return Shape({key: each for key, each in inner.items() if "." not in key}, inner, lists)


def _members(
    value: Mapping[str, Any] | Outline, prefix: str, depth: int
) -> Iterator[tuple[str, Any]]:
    """Give scalars and lists of objects; a list of scalars counts as a scalar."""
    pairs = value.members if isinstance(value, Outline) else value.items()
    for key, member in pairs:
        if isinstance(member, Outline | dict):
            if depth:
                yield from _members(member, f"{prefix}{key}.", depth - 1)
        elif isinstance(member, Array):
            values = [element.value for element in member.elements]
            yield f"{prefix}{key}", values if member.has_objects else "; ".join(map(str, values))
        elif isinstance(member, list) and not any(isinstance(each, dict) for each in member):
            yield f"{prefix}{key}", "; ".join(map(str, member))
        else:
            yield f"{prefix}{key}", member


def is_thing(shape: Shape) -> bool:
    """Whether the object names itself and says enough of itself to be a record."""
    if _is_whole(shape):
        return True
    meanings = _meanings(shape.own)
    if not meanings & _set("naming", "machines"):
        return False
    if any(holds_things(key, values) for key, values in shape.lists.items()):
        return bool(meanings & _set("describing"))
    if meanings & _set("alone", "describing"):
        return True
    return bool(meanings & _set("machines")) and not any(map(is_guest_key, shape.lists))


def is_thing_by_parts(shape: Shape) -> bool:
    """Whether the object is a record because it has a name and only lists of parts.

    Or because one object in it names a host and says more of it: `{"system": {"hostname": …}}`.
    What says several things that only a machine has is one, whatever the key of its name.
    """
    if any(holds_things(key, values) for key, values in shape.lists.items()):
        return False
    if _meanings(shape.own) & _set("naming") and shape.lists:
        return all(_ends_with(key, "parts") for key in shape.lists)
    hosts = [key for key, value in shape.inner.items() if value and _meaning(key) & _set("alone")]
    known = len(_meanings(shape.inner) & _set("describing"))
    return known >= (1 if len(hosts) == 1 else _LEAST)


def is_envelope(shape: Shape) -> bool:
    """Whether the object, one among others, has no name and only wraps lists of things."""
    if _is_whole(shape) or any(fold(key) in _IDENTIFIERS for key in shape.own):
        return False
    if _meanings(shape.own) & _set("naming", "machines"):
        return False
    return any(holds_things(key, values) for key, values in shape.lists.items())


def may_hold_things(value: Any) -> bool:
    """Whether an element is worth looking into; most are not, and there may be a million.

    Nothing but guests and other things is taken out of what has a name.
    """
    if not isinstance(value, dict):
        return _has_objects(value)
    naming, open_keys = _keys_that_count(tuple(value))
    if any(value[key] for key in naming):
        return any(_has_objects(value[key]) for key in open_keys)
    return any(isinstance(each, dict) or _has_objects(each) for each in value.values())


def _has_objects(value: Any) -> bool:
    return isinstance(value, list) and any(isinstance(each, dict) for each in value)


@lru_cache(_KEYS)
def _keys_that_count(keys: tuple[str, ...]) -> tuple[list[str], list[str]]:
    """Of the keys of an object, those that name it, and those whose lists may be of things."""
    naming = [key for key in keys if _meaning(key) & _set("naming", "machines")]
    return naming, [key for key in keys if not _is_part(key)]


def name_of(value: Mapping[str, Any]) -> str | None:
    """Return what an object is called by its own scalars."""
    own = shape_of(value).own
    for field in reference.load("json_subjects")["naming"]:
        for key, name in own.items():
            if name and _meaning(key) == {field}:
                return str(name)
    return None


def is_guest_key(key: str) -> bool:
    """Whether a list under `key` is of things that run on the one around it."""
    return fold(key) in map(fold, reference.load("json_subjects")["guests"]["keys"])


def holds_things(key: str, values: Sequence[Any]) -> bool:
    """Whether a list is of other things than the one around it: its key or its elements say so."""
    if _is_part(key) or is_guest_key(key.rpartition(".")[2]):
        return False
    return (_ends_with(key, "things") and are_named(values)) or describes_hosts(values)


def describes_hosts(values: Sequence[Any]) -> bool:
    """Whether most elements of a list name hosts and say more of them."""
    return _are_most(values, _is_host)


def are_named(values: Sequence[Any]) -> bool:
    """Whether most elements of a list have a name."""
    return _are_most(values, lambda shape: bool(_meanings(shape.own) & _set("naming", "machines")))


def _is_host(shape: Shape) -> bool:
    meanings = _meanings(shape.own)
    if not meanings & _set("naming", "machines"):
        return _is_whole(shape)
    known = len(meanings & _set("describing"))
    return known >= (1 if meanings & _set("alone") else _LEAST) or _is_whole(shape)


def _is_whole(shape: Shape) -> bool:
    return any(
        all(shape.inner.get(key) for key in keys)
        for keys in reference.load("json_subjects")["whole"]
    )


def _are_most(values: Sequence[Any], holds: Callable[[Shape], bool]) -> bool:
    sample = values[:_SAMPLE]
    fitting = sum(isinstance(each, dict) and holds(shape_of(each)) for each in sample)
    return 2 * fitting > len(sample)


def _meanings(members: Mapping[str, Any]) -> set[str]:
    """The fields, or types of things named, that the keys of filled members mean."""
    return {meaning for key, value in members.items() if value for meaning in _meaning(key)}


@cache
def _meaning(key: str) -> frozenset[str]:
    meaning = find_meaning(key, synonyms.ASSETS)
    return frozenset(filter(None, [meaning.field, meaning.named])) if meaning else frozenset()


def _is_part(key: str) -> bool:
    return _ends_with(key, "parts") or _ends_with(key, "either")


def _ends_with(key: str, part: str) -> bool:
    return f" {fold(key)}".endswith(_endings(part))


@cache
def _endings(part: str) -> tuple[str, ...]:
    return tuple(f" {fold(word)}" for word in reference.load("json_subjects")[part])


@cache
def _set(*parts: str) -> frozenset[str]:
    return frozenset(word for part in parts for word in reference.load("json_subjects")[part])
