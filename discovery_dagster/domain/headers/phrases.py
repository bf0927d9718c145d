"""What the phrases between two things say, from `reference/relation_phrases.yaml`.

A phrase that is not known says nothing: it is never guessed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache

from discovery_dagster import reference
from discovery_dagster.domain.words import fold

_PAIR = "::"


@dataclass(frozen=True)
class Phrase:
    """A relation that a phrase states.

    `turned` when the right thing needs the left one; `mutual` when each needs the other.
    """

    relation: str
    turned: bool = False
    mutual: bool = False
    by_target: Mapping[str, str] = field(
        default_factory=dict
    )  # relation by the needed thing's type


@cache
def known_phrases() -> dict[str, Phrase]:
    """Return the meaning of each folded single phrase.

    Raises:
        ValueError: when one phrase has two meanings.
    """
    phrases: dict[str, Phrase] = {}
    for pair in reference.load("relation_phrases")["pairs"]:
        for side, turned in (("forward", False), ("backward", True)):
            meaning = Phrase(pair["relation"], turned, by_target=pair.get("by_target", {}))
            for phrase in pair[side]:
                if phrases.setdefault(fold(phrase), meaning) != meaning:
                    raise ValueError(f"{phrase!r} has two meanings.")
    return phrases


def read_phrases(
    written: Iterable[str], allowed: Mapping[str, Phrase] | None = None
) -> dict[str, Phrase]:
    """Return what those of the phrases that are known say.

    Args:
        written: phrases as they stand, such as `Depends on::Used by` (parent phrase, then child
            phrase) or either side alone.
        allowed: the only phrases to know, folded or, where folding would leave too little of
            them, in lower case; None stands for the reference table.
    """
    readings = {text: _read(text, allowed) for text in written}
    return {text: phrase for text, phrase in readings.items() if phrase is not None}


def is_unrelated(text: str) -> bool:
    """Return whether a phrase is known to say nothing about what needs what."""
    unrelated = {fold(phrase) for phrase in reference.load("relation_phrases")["unrelated"]}
    phrase = fold(text.partition(_PAIR)[0])
    return phrase in unrelated or without_decorations(phrase) in unrelated


def are_called_relations(written: Iterable[str]) -> bool:
    """Return whether phrases say of themselves that they are relations, known or not."""
    folded = [fold(text) for text in written]
    return bool(folded) and all(without_decorations(text) != text for text in folded)


def without_decorations(phrase: str) -> str:
    """Return a folded phrase without what vocabularies write around all of theirs."""
    around = reference.load("relation_phrases")["decorations"]
    for word in around["before"]:
        phrase = phrase.removeprefix(f"{word} ")
    for word in around["after"]:
        phrase = phrase.removesuffix(f" {word}")
    return phrase


def share_known(written: Iterable[str]) -> float:
    """Return the share of phrases that are known, also those that say nothing of needs."""
    texts = list(written)
    known = read_phrases(texts)
    return sum(text in known or is_unrelated(text) for text in texts) / max(len(texts), 1)


def _read(text: str, allowed: Mapping[str, Phrase] | None) -> Phrase | None:
    if allowed is not None:
        return allowed.get(text.strip().lower()) or allowed.get(fold(text))
    whole = {
        pair: Phrase(meaning["relation"], meaning["turned"])
        for pair, meaning in reference.load("relation_phrases")["types"].items()
    }
    sides = [fold(side) for side in text.split(_PAIR)]
    named = whole.get(_PAIR.join(sides))
    known = known_phrases()
    return named or known.get(sides[0]) or known.get(without_decorations(sides[0]))
