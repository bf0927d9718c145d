"""What the words of a header stand for, whatever their language, order and spelling.

The words are those of `reference/header_words.yaml`; a header in which another stands says nothing
here. What a set of words means is decided in `synonyms`.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import Final

from discovery_dagster import reference
from discovery_dagster.domain.values.quantities import unit_spellings
from discovery_dagster.domain.words import fold

_ORDINAL: Final = re.compile(r"^(?P<word>[a-z%]{2,}?)(?P<number>\d{1,2})$")
#: The plural that is left to the reader, as in `Address(es)`.
_PLURAL: Final = re.compile(r"(?<=\w)\((?:s|es|n|en|e|x)\)", re.IGNORECASE)
#: What its cells may be, as in `Environment (P/T/E)`.
_ALTERNATIVES: Final = re.compile(r"\([^()/]*/[^()]*\)")
_AMOUNT: Final = re.compile(r"^(?P<word>[a-z]{2,}?)(?P<unit>[kmgtp]i?b)$")
_LINKS: Final = ("", "s", "n", "en", "es")  # between the parts of a German compound
_LINKED: Final = 5  # letters of a part, from which on a link may follow
_SHORTEST: Final = 2  # letters of a part
_LONGEST_COMPOUND: Final = 80  # letters: the time to part it grows with their square
#: Scripts of East Asia, whose words are parted by nothing and may have one letter.
_UNPARTED: Final = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_UNPARTED_LINKS: Final = ("", "\u306e", "\u7684")  # of, in Japanese and Chinese
_MOST_READINGS: Final = 16


@dataclass(frozen=True)
class Reading:
    """One way to read a header."""

    words: frozenset[str]  # what its words stand for
    unit: str | None = None  # as in `reference/units.yaml`
    numbered: bool = False  # it is one of several such columns


def read_words(header: str) -> tuple[Reading, ...]:
    """Return the ways to read `header`, none when a word of it is not known.

    A unit among its words is taken out in one reading and left in, as a word, in none: what has a
    unit is an amount.
    """
    parts: list[tuple[str, ...]] = []
    unit, numbered = None, False
    for token in _tokens(fold(_ALTERNATIVES.sub("", _PLURAL.sub("", header)))):
        if token in _fillers():
            continue
        if token.isdigit():
            numbered = True
            continue
        known = _stands_for(token)
        if not known and (ordinal := _ORDINAL.match(token)):
            known = _stands_for(ordinal["word"])
            numbered = numbered or int(ordinal["number"]) > 0
        if not known and (amount := _AMOUNT.match(token)) and unit is None:
            known, unit = _stands_for(amount["word"]), unit_spellings()[amount["unit"]]
        if known:
            parts.extend(known)
        elif token in unit_spellings() and unit is None:
            unit = unit_spellings()[token]
        else:
            return ()
    readings = _choices(parts)
    return tuple(Reading(words, unit, numbered) for words in readings if words)


def stand_for(word: str) -> frozenset[str]:
    """Return what a folded word of a header stands for, nothing when it is not known."""
    return frozenset(meaning for part in _stands_for(word) for meaning in part)


def _choices(parts: list[tuple[str, ...]]) -> Iterator[frozenset[str]]:
    seen = set[frozenset[str]]()
    for at, chosen in enumerate(product(*parts)):
        if at >= _MOST_READINGS:
            return
        words = frozenset(chosen)
        if words not in seen:
            seen.add(words)
            yield words


def _tokens(folded: str) -> Iterator[str]:
    """The words of a header; those that are one thing together come as one."""
    tokens = folded.split()
    at = 0
    while at < len(tokens):
        for length in range(min(_longest(), len(tokens) - at), 0, -1):
            phrase = " ".join(tokens[at : at + length])
            if length == 1 or phrase in _spellings():
                yield phrase
                at += length
                break


@cache
def _stands_for(token: str) -> tuple[tuple[str, ...], ...]:
    """What each part of a word stands for; empty when it is not known."""
    whole = _spellings().get(token)
    if whole:
        return (whole,)
    if len(token) > _LONGEST_COMPOUND:
        return ()
    # The longest known beginning first, so that `osversion` is not `oss` and a rest.
    unparted = bool(_UNPARTED.search(token))
    shortest = 1 if unparted else _SHORTEST
    for end in range(len(token) - shortest, shortest - 1, -1):
        head, rest = token[:end], token[end:]
        if head not in _spellings():
            continue
        for link in _links(end, unparted):
            if rest.startswith(link) and (tail := _rest(rest.removeprefix(link))):
                return (_spellings()[head], *tail)
    return ()


def _rest(token: str) -> tuple[tuple[str, ...], ...]:
    return _stands_for(token) if len(token) >= _SHORTEST or _UNPARTED.match(token) else ()


def _links(end: int, unparted: bool) -> tuple[str, ...]:
    """What may stand between a part of this length and the next one."""
    if unparted:
        return _UNPARTED_LINKS
    return _LINKS if end >= _LINKED else ("",)


@cache
def _spellings() -> Mapping[str, tuple[str, ...]]:
    spellings: dict[str, tuple[str, ...]] = {}
    for meaning, words in reference.load("header_words")["words"].items():
        for word in words:
            spelling = fold(word)
            spellings[spelling] = (*spellings.get(spelling, ()), meaning)
    return spellings


@cache
def _fillers() -> frozenset[str]:
    return frozenset(reference.load("header_words")["fillers"])


@cache
def _longest() -> int:
    return max(len(spelling.split()) for spelling in _spellings())
