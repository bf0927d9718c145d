"""What Discovery takes a word for without a dictionary, and what it may mean by its spelling."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from functools import cache
from typing import Final

import polars as pl

from discovery_dagster.domain.dictionary.fields import NOTHING, RELATION, relations
from discovery_dagster.domain.headers import synonyms
from discovery_dagster.domain.headers.phrases import (
    Phrase,
    is_unrelated,
    known_phrases,
    read_phrases,
)
from discovery_dagster.domain.values.states import state_of
from discovery_dagster.domain.words import fold, head_meaning, index_words
from discovery_dagster.reference import load

_ALIKE: Final = 0.84  # how near a spelling is to a known word that it may be meant
_SHORT: Final = 5  # letters below which words differ by too little


def known_meanings(
    field: str, words: Iterable[str], allowed: Mapping[str, Phrase] | None = None
) -> dict[str, str]:
    """Return what Discovery takes each word for, of those that it knows.

    Args:
        field: of the dictionary.
        words: as written.
        allowed: the only phrases that the words' format knows; None stands for all.
    """
    if field == RELATION:
        return _meanings_of_phrases(words, allowed)
    if field == "status":
        cells = pl.Series("word", list(words), dtype=pl.String)
        states = pl.DataFrame({"word": cells, "state": state_of(cells)}).drop_nulls()
        return dict(states.iter_rows())
    known = _words(field)
    return {word: known[fold(word)] for word in words if fold(word) in known}


def near_meaning(field: str, word: str) -> str | None:
    """Return what an unknown word may mean by what it is made of, or is spelled like."""
    if field == "type" and (head := head_meaning(word, synonyms.type_words())):
        return head if head != "unknown" else None
    folded = fold(word)
    if len(folded) < _SHORT:
        return None
    known = _spellings(field)
    near = get_close_matches(folded, known, 1, _ALIKE)
    return known[near[0]] if near else None


@cache
def _spellings(field: str) -> Mapping[str, str]:
    """The meaning of each known spelling, where one is enough to tell it."""
    if field != RELATION:
        return _words(field)
    words = {(relation, turned): meaning for meaning, (relation, turned) in relations().items()}
    return {text: words[phrase.relation, phrase.turned] for text, phrase in known_phrases().items()}


@cache
def _words(field: str) -> Mapping[str, str]:
    match field:
        case "type":
            return synonyms.type_words()
        case "environment":
            rules = load("environments")
            return index_words(
                {name: {name, *rule["declared"], *rule["name"]} for name, rule in rules.items()}
            )
        case "criticality":
            return _named(load("criticalities"))
        case "tier":
            return _named(load("tier_words"))
        case _:
            return {}


def _named(listed: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """The meaning of each word, the name of a meaning among its words."""
    return index_words({name: {name, *words} for name, words in listed.items()})


def _meanings_of_phrases(
    written: Iterable[str], allowed: Mapping[str, Phrase] | None
) -> dict[str, str]:
    texts = list(written)
    worded = {relation: meaning for meaning, relation in relations().items()}
    known = {
        text: worded[phrase.relation, phrase.turned]
        for text, phrase in read_phrases(texts, allowed).items()
    }
    return {text: NOTHING for text in texts if is_unrelated(text)} | known
