"""Where the objects of a JSON text stand: its arrays, element by element, and what is around them.

Which of them are records is decided in `json_subjects`, what an object says in `json_record`.
"""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final, TypeVar

from discovery_dagster.domain.readers.json_record import DECODER

BLANK_LINE: Final = "blank_line"

_T = TypeVar("_T")
_SPACE = re.compile(r"[ \t\r\n]*")
_SAMPLE = 20  # lines that say whether each line is an object of its own


@dataclass(frozen=True)
class Element:
    """An element of an array, or a line: where it begins, its text, and its value.

    `reason` says why there is no value, where there is none.
    """

    line: int
    text: str
    value: Any
    reason: str | None = None


@dataclass(frozen=True)
class Array:
    """A table: the keys that it stands under, its line, and its elements."""

    key: str | None
    line: int
    elements: Sequence[Element]

    @property
    def has_objects(self) -> bool:
        """Whether any element is an object or a list that holds one."""
        return any(
            isinstance(element.value, dict)
            or (
                isinstance(element.value, list)
                and any(isinstance(item, dict) for item in element.value)
            )
            for element in self.elements
        )


@dataclass(frozen=True)
class Outline:
    """An object that stands in no list: the keys that it stands under, its line, and its members.

    Members that are lists or objects are arrays and outlines themselves.
    """

    key: str | None
    line: int
    document: str
    place: slice
    members: Sequence[tuple[str, Any]]

    @property
    def arrays(self) -> list[Array]:
        """All lists that stand in it, at any depth."""
        return [
            array
            for _, member in self.members
            for array in (member.arrays if isinstance(member, Outline) else [member])
            if isinstance(array, Array)
        ]

    @property
    def objects(self) -> list["Outline"]:
        """The objects that are its members."""
        return [member for _, member in self.members if isinstance(member, Outline)]

    def element(self) -> Element:
        """Return the object as one element."""
        text = self.document[self.place]
        return Element(self.line, text, DECODER.decode(text))


def is_by_line(text: str) -> bool:
    """Whether each line of `text` is an object of its own, going by the first lines."""
    lines = list(islice((line for line in _split(text) if line.strip()), _SAMPLE))
    objects = sum(isinstance(_element_of_line(line, 0).value, dict) for line in lines)
    return len(lines) > 1 and 2 * objects >= len(lines) and lines[0].lstrip().startswith("{")


def array_of_lines(text: str) -> Array:
    """Read each line as an object; a line that is no JSON is `invalid_json`."""
    return Array(
        None, 1, [_element_of_line(line, number) for number, line in enumerate(_split(text), 1)]
    )


def scan(text: str) -> "Array | Outline":
    """Return what the document `text` is: a list, or an object and what stands in it.

    Raises:
        json.JSONDecodeError: when `text` is no JSON.
    """
    scanner = _Scanner(text)
    document, end = scanner.part(scanner.skip_space(0), None)
    end = scanner.skip_space(end)
    if end < len(text):
        raise json.JSONDecodeError("Something stands behind its end", text, end)
    return document if isinstance(document, Array | Outline) else Array(None, 1, [])


def whole(text: str) -> Element:
    """Return the value that the text is.

    Raises:
        json.JSONDecodeError: when `text` is no JSON.
    """
    scanner = _Scanner(text)
    element, _ = scanner.element(scanner.skip_space(0))
    return element


def elements_of(element: Element) -> list[Element]:
    """Return the elements of the list that `element` is, each with its own line."""
    elements, _ = _Scanner(element.text, element.line).elements()
    return elements


def members_of(element: Element) -> dict[str, Element]:
    """Return the values of the object that `element` is, by key, each with its own line."""
    return _Scanner(element.text, element.line).members()


class _Scanner:
    """Walks through a JSON text down to the elements of its arrays, counting lines."""

    def __init__(self, text: str, first_line: int = 1) -> None:
        self._text = text
        self._first_line = first_line
        self._counted = 0  # characters before which line ends are counted
        self._ends = 0

    def line(self, at: int) -> int:
        """Physical line of the character at `at`."""
        if at < self._counted:
            self._counted, self._ends = 0, 0
        self._ends += self._text.count("\n", self._counted, at)
        self._counted = at
        return self._ends + self._first_line

    def skip_space(self, at: int) -> int:
        """Position of the next character at or behind `at` that is no white space."""
        match = _SPACE.match(self._text, at)
        return match.end() if match else at

    def part(self, at: int, key: str | None) -> "tuple[Array | Outline | Any, int]":
        """Return the list, the object or the scalar at `at`, and its end."""
        if self._text.startswith("[", at):
            line = self.line(at)
            elements, end = self._members(at, "]", self.element)
            return Array(key, line, elements), end
        if self._text.startswith("{", at):
            line = self.line(at)
            members, end = self._members(at, "}", lambda start: self._member(start, key))
            return Outline(key, line, self._text, slice(at, end), members), end
        return DECODER.raw_decode(self._text, at)

    def elements(self) -> tuple[list[Element], int]:
        """Return the elements of the list that the text is, and its end."""
        return self._members(0, "]", self.element)

    def members(self) -> dict[str, Element]:
        """Return the values of the object that the text is, by key."""
        return dict(self._members(0, "}", self._value)[0])

    def _members(
        self, at: int, closing: str, read: Callable[[int], tuple[_T, int]]
    ) -> tuple[list[_T], int]:
        """Read what stands between the bracket at `at` and its `closing`, with commas between."""
        members: list[_T] = []
        at = self.skip_space(at + 1)
        if self._text.startswith(closing, at):
            return members, at + 1
        while True:
            member, at = read(at)
            members.append(member)
            at = self.skip_space(at)
            if self._text.startswith(closing, at):
                return members, at + 1
            at = self.skip_space(self._expect(",", at))

    def _member(self, at: int, parent: str | None) -> "tuple[tuple[str, Any], int]":
        """Read a key and its value, which may be a list or an object."""
        key, at = self._key(at)
        value, end = self.part(at, f"{parent}.{key}" if parent else key)
        return (key, value), end

    def _value(self, at: int) -> tuple[tuple[str, Element], int]:
        key, at = self._key(at)
        element, end = self.element(at)
        return (key, element), end

    def _key(self, at: int) -> tuple[str, int]:
        """Read the key at `at`: it, and where its value begins."""
        if not self._text.startswith('"', at):
            raise json.JSONDecodeError("A key in quotes is missing", self._text, at)
        key, at = DECODER.raw_decode(self._text, at)
        return key, self.skip_space(self._expect(":", self.skip_space(at)))

    def element(self, at: int) -> tuple[Element, int]:
        """Return the value at `at`, and its end."""
        value, end = DECODER.raw_decode(self._text, at)
        return Element(self.line(at), self._text[at:end], value), end

    def _expect(self, character: str, at: int) -> int:
        if not self._text.startswith(character, at):
            raise json.JSONDecodeError(f"{character!r} is missing", self._text, at)
        return at + 1


def _split(text: str) -> Sequence[str]:
    lines = text.split("\n")
    return lines if lines[-1] else lines[:-1]


def _element_of_line(line: str, number: int) -> Element:
    text = line.strip()
    if not text:
        return Element(number, line, None, BLANK_LINE)
    try:
        return Element(number, text, DECODER.decode(text))
    except json.JSONDecodeError:
        return Element(number, line.removesuffix("\r"), None, "invalid_json")
