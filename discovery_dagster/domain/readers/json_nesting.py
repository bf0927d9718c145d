"""Records that stand deep inside the elements of a JSON array, each with its own line.

Which lists hold them is data in `reference/json_nesting.yaml`; what they mean is their format's
matter.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from discovery_dagster import reference
from discovery_dagster.domain.readers.json_record import RepeatedKeys
from discovery_dagster.domain.readers.json_scan import Element, elements_of, members_of, whole

NOTHING_INSIDE: Final = "nothing_inside"

_MEMBERS: Final = "*"  # of a path: the members of an object, each under its key
_KEY: Final = "key of the record"
_SAMPLE = 20  # elements that say how their array is nested


def around_records(text: str, keys: Sequence[str | None]) -> Element | None:
    """Return the object `text` when records stand in one of its lists, which has one of `keys`.

    Such is one trace of Jaeger, without the list of traces around it.
    """
    for nesting in reference.load("json_nesting"):
        beside = nesting.get("beside", [])
        if beside and nesting["path"][0] in keys and all(f'"{key}"' in text for key in beside):
            element = whole(text)
            if all(key in element.value for key in beside):
                return element
    return None


def unnest(elements: Sequence[Element]) -> Sequence[Element]:
    """Return the records that stand inside `elements`, or `elements` where they are the records.

    An element without any is kept, so that it can be accounted for.
    """
    if are_lists(elements):
        return [inner for element in elements for inner in _inside(element, [], [], {})]
    values = [element.value for element in elements[:_SAMPLE]]
    for nesting in reference.load("json_nesting"):
        path, beside = nesting["path"], nesting.get("beside", [])
        keep = nesting["keep"]
        around = {path[0], *keep} if nesting.get("alone") else None
        if any(
            _leads(value, path)
            and all(key in value for key in beside)
            and (around is None or around.issuperset(value))
            for value in values
        ):
            return [inner for element in elements for inner in _inside(element, path, keep, {})]
    return elements


def are_lists(elements: Sequence[Element]) -> bool:
    """Whether `elements` are lists of objects, as far as the first ones tell."""
    values = [element.value for element in elements[:_SAMPLE]]
    return bool(values) and all(_is_list_of_objects(value) for value in values)


def _is_list_of_objects(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, dict) for item in value)


def _leads(value: Any, path: Sequence[str]) -> bool:
    """Whether `path` leads from `value` to a list, or to an object of records by their names."""
    if not path:
        return isinstance(value, list)
    if isinstance(value, list):
        return any(_leads(item, path) for item in value)
    if not isinstance(value, dict):
        return False
    if path[0] == _MEMBERS:
        return bool(value) and all(isinstance(member, dict) for member in value.values())
    return _leads(value.get(path[0]), path[1:])


def _inside(
    element: Element, path: Sequence[str], keep: Sequence[str], context: dict[str, Any]
) -> Iterator[Element]:
    if element.reason is not None:
        yield element
        return
    records = list(_descend(element, path, keep, context, "record"))
    yield from records or [Element(element.line, element.text, None, NOTHING_INSIDE)]


def _descend(
    element: Element, path: Sequence[str], keep: Sequence[str], context: dict[str, Any], name: str
) -> Iterator[Element]:
    value = element.value
    if isinstance(value, list):
        for inner in elements_of(element):
            yield from _descend(inner, path, keep, context, name)
    elif not path:
        yield Element(element.line, element.text, _record(value, context, name))
    elif isinstance(value, dict) and path[0] == _MEMBERS:
        for key, inner in members_of(element).items():
            yield from _descend(inner, path[1:], keep, {**context, _KEY: key}, key)
    elif isinstance(value, dict) and path[0] in value:
        around = {**context, **{key: value[key] for key in keep if key in value}}
        inner = members_of(element)[path[0]]
        yield from _descend(inner, path[1:], keep, around, path[0])


def _record(value: Any, context: dict[str, Any], name: str) -> dict[str, Any]:
    """Return the record's object; a bare value is called as its list is."""
    if isinstance(value, RepeatedKeys):
        return value
    own = value if isinstance(value, dict) else {name: value}
    return {**context, **own}
