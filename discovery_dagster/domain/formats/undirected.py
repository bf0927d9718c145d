"""Tables of two things of which no header says who needs whom.

    Service A | Service B | Protocol          Application | Interfaces With | Direction
    web       | cart      | HTTP              web         | cart            | Outbound

A column of directions says it of each record. Without one the ends are only proposed, and nothing
is read from them until a person has said which needs the other (`mapping accept`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import Any, Final

from discovery_dagster import reference
from discovery_dagster.domain.fields import IDENTITY_FIELDS
from discovery_dagster.domain.formats.base import Kind, Rule, TableFormat
from discovery_dagster.domain.formats.connections import is_inventory
from discovery_dagster.domain.headers import synonyms
from discovery_dagster.domain.headers.meanings import find_meaning
from discovery_dagster.domain.headers.phrases import Phrase, read_phrases
from discovery_dagster.domain.source_tables import SourceTable, cell_column
from discovery_dagster.domain.words import fold

_FIT: Final = 2  # above a list of things, below headers that say who needs whom
_KNOWN: Final = 0.5  # least share of the different values that are known directions
_SAMPLE: Final = 200  # records that are looked at
_RELATION: Final = "connects_to"


@dataclass(frozen=True)
class _End:
    """One of two ends that a letter distinguishes: `Service A` is `service`, `a` of `a, b`."""

    thing: str
    pair: tuple[str, str]
    at: int


def find_pair(table: SourceTable) -> tuple[int, int] | None:
    """Return the columns of two ends that only a letter or a number distinguishes, if there are."""
    first: dict[_End, int] = {}
    for at, column in enumerate(table.header):
        for end in _ends().get(fold(column), ()):
            first.setdefault(end, at)
    pairs = [
        (at, first[other])
        for end, at in first.items()
        if end.at == 0 and (other := _End(end.thing, end.pair, 1)) in first
    ]
    return min(pairs, default=None)


def _has_pair(table: SourceTable) -> int:
    """Whether a table is of such pairs: one that names a third thing is a list of those."""
    pair = find_pair(table)
    others = [column for at, column in enumerate(table.header) if at not in (pair or ())]
    return _FIT if pair and not any(map(_names, others)) and not is_inventory(table) else 0


def _has_directions(table: SourceTable) -> int:
    """Whether a table says of two things in which direction they are connected."""
    of_one_thing = _names_both(table, _counterparts())
    if is_inventory(table) or not (of_one_thing or find_pair(table)):
        return 0
    return _FIT + 1 if _states_directions(table, _directions(), _phrases()) else 0


def _has_directed_needs(table: SourceTable) -> int:
    """Whether a table says of dependencies which of the two things has them."""
    if is_inventory(table) or not _names_both(table, _folded("targets")):
        return 0
    return _FIT + 1 if _states_directions(table, _folded("columns"), _needs()) else 0


def _names_both(table: SourceTable, others: frozenset[str]) -> bool:
    folded = set(table.folded_header)
    return bool(_owners() & folded) and bool(others & folded)


def _states_directions(
    table: SourceTable, columns: frozenset[str], phrases: dict[str, Phrase]
) -> bool:
    """Whether a column of such a name has mostly directions that are known."""
    for at, column in enumerate(table.header):
        cells = table.records[cell_column(at)].head(_SAMPLE).drop_nulls().unique().to_list()
        if fold(column) in columns and cells:
            return len(read_phrases(cells, phrases)) >= _KNOWN * len(cells)
    return False


def _names(column: str) -> bool:
    meaning = find_meaning(column, synonyms.ASSETS)
    return meaning is not None and (meaning.named is not None or meaning.field in IDENTITY_FIELDS)


def _words() -> Any:
    return reference.load("ends")


@cache
def _ends() -> dict[str, tuple[_End, ...]]:
    """Return what each folded header that names such an end may be."""
    words = _words()
    things = {fold(thing) for thing in words["things"]["name"] + words["undirected"]["things"]}
    known: dict[str, tuple[_End, ...]] = {}
    for thing, pair in product(things, words["undirected"]["pairs"]):
        for at, letter in enumerate(pair):
            for header in (fold(f"{thing} {letter}"), fold(f"{letter} {thing}")):
                known[header] = (*known.get(header, ()), _End(thing, (pair[0], pair[1]), at))
    return known


@cache
def _phrases() -> dict[str, Phrase]:
    """Return what directions say, by their words in lower case."""
    words = _words()
    ways, between = words["directions"], words["undirected"]
    phrases = [
        (ways["outbound"] + between["forward"], Phrase(_RELATION)),
        (ways["inbound"] + between["backward"], Phrase(_RELATION, turned=True)),
        (ways["mutual"] + between["mutual"], Phrase(_RELATION, mutual=True)),
    ]
    return {
        text.lower(): phrase
        for written, phrase in phrases
        for word in written
        for text in _with_letters(word)
    }


@cache
def _needs() -> dict[str, Phrase]:
    words, ways = _words()["directed_needs"], _words()["directions"]["mutual"]
    return {
        **{word: Phrase("depends_on", mutual=True) for word in ways},
        **{word: Phrase("depends_on") for word in words["forward"]},
        **{word: Phrase("depends_on", turned=True) for word in words["backward"]},
    }


@cache
def _folded(name: str) -> frozenset[str]:
    return frozenset(map(fold, _words()["directed_needs"][name]))


def _with_letters(word: str) -> Iterator[str]:
    pairs = _words()["undirected"]["pairs"] if "{" in word else [()]
    return (word.format(*pair) for pair in pairs)


@cache
def _directions() -> frozenset[str]:
    return frozenset(fold(word) for word in _words()["columns"]["direction"])


@cache
def _counterparts() -> frozenset[str]:
    words = synonyms.field_words(synonyms.ASSETS)
    to_others = (word for word, field in words.items() if field == _RELATION)
    return synonyms.related_words().union(to_others)


@cache
def _owners() -> frozenset[str]:
    words = synonyms.field_words(synonyms.ASSETS)
    names = (word for word, field in words.items() if field == "name")
    return frozenset((*names, *synonyms.named_words(), *map(fold, _words()["dependents"])))


def _pair_rules(*, proposed: bool) -> dict[str, Rule]:
    sides = ("source", "target")
    return {
        header: Rule(sides[min(end.at for end in ends)], proposed=proposed)
        for header, ends in _ends().items()
    }


def _beside() -> dict[str, Rule]:
    return {
        fold(name): Rule(field, order=order)
        for field in ("port", "protocol")
        for order, name in enumerate(_words()["columns"][field])
    }


DIRECTED = TableFormat(
    name="generic.directed_pairs",
    kind=Kind.RELATIONS,
    fit=_has_directions,
    columns={
        **_beside(),
        **{header: Rule("source", order=1) for header in _owners()},
        **{header: Rule("target", order=1) for header in _counterparts()},
        **_pair_rules(proposed=False),
        **{header: Rule("relation") for header in _directions()},
    },
    phrases=_phrases(),
    synonyms=False,
)

NEEDS = TableFormat(
    name="generic.directed_needs",
    kind=Kind.RELATIONS,
    fit=_has_directed_needs,
    columns={
        **_beside(),
        **{header: Rule("source", order=1) for header in _owners()},
        **{header: Rule("target", order=1) for header in _folded("targets")},
        **{header: Rule("relation") for header in _folded("columns")},
    },
    phrases=_needs(),
    synonyms=False,
)

UNDIRECTED = TableFormat(
    name="generic.undirected_pairs",
    kind=Kind.RELATIONS,
    fit=_has_pair,
    columns={**_beside(), **_pair_rules(proposed=True)},
    relation="depends_on",
)

FORMATS = (DIRECTED, NEEDS, UNDIRECTED)
