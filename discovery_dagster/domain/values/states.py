"""What the words of a status say of a thing's life: in service, switched off, gone, or to come.

Words, languages and precedence are data (`reference/states.yaml`).
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final

import polars as pl

from discovery_dagster import reference
from discovery_dagster.domain.words import fold

#: What says least; what no list knows stands before it.
_LEAST: Final = "health"
_BRACKETS: Final = re.compile(r"[(\[].{0,200}?[)\]]")
_FIGURES: Final = re.compile(r"\b\d+\b")


def state_of(cells: pl.Series) -> pl.Series:
    """Return the state that each cell says, a `state` of `states.yaml`; null where none is known.

    Args:
        cells: String; they repeat, so each distinct one is looked at once.
    """
    distinct = cells.drop_nulls().unique().to_list()
    known = {cell: state for cell in distinct if (state := _state(cell)) is not None}
    return cells.replace_strict(known, default=None, return_dtype=pl.String)


def precedence(states: pl.Series) -> pl.Series:
    """Return how far each state is from the one that holds over all others, from 0."""
    order = _order()
    unknown = order[_LEAST]
    ranks = {state: at + (at >= unknown) for state, at in order.items()}
    return states.replace_strict(ranks, default=unknown, return_dtype=pl.Int32)


def outranking(states: pl.Series) -> pl.Series:
    """Whether each state holds over what sources say that are believed more; never null."""
    return states.is_in(reference.load("states")["outranking"]).fill_null(value=False)


@cache
def _order() -> Mapping[str, int]:
    return {one["state"]: at for at, one in enumerate(reference.load("states")["states"])}


def _state(cell: str) -> str | None:
    whole = fold(_FIGURES.sub(" ", _BRACKETS.sub(" ", cell)))
    known = _words().get(whole)
    return known or next(_in_phrases(fold(cell)), None)


def _in_phrases(text: str) -> Iterator[str]:
    """The states of the phrases within a text, the longest first; equals by precedence."""
    negated = _negations()
    for phrase, state in _phrases().items():
        before, held, _ = f" {text} ".partition(f" {phrase} ")
        if held and not set(before.split()) & negated:
            yield state


@cache
def _words() -> Mapping[str, str]:
    """The state of each whole cell; of a word in two languages the stronger state."""
    known: dict[str, str] = {}
    for state, word in (*_listed("words"), *_listed("phrases")):
        known.setdefault(word, state)
    return known


@cache
def _phrases() -> Mapping[str, str]:
    known: dict[str, str] = {}
    for state, phrase in _listed("phrases"):
        known.setdefault(phrase, state)
    return dict(sorted(known.items(), key=lambda item: -len(item[0])))


def _listed(kind: str) -> Iterator[tuple[str, str]]:
    states: list[dict[str, Any]] = reference.load("states")["states"]
    for one in states:
        for words in one.get(kind, {}).values():
            for word in words:
                yield one["state"], fold(word)


@cache
def _negations() -> frozenset[str]:
    return frozenset(map(fold, reference.load("states")["negations"]))
