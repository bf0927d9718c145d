"""What header words mean, from `reference/synonyms.yaml`; only whole folded headers match."""

from functools import cache
from typing import Any, Final

from discovery_dagster import reference
from discovery_dagster.domain.fields import FIELDS
from discovery_dagster.domain.values.quantities import unit_spellings
from discovery_dagster.domain.words import fold, index_words

ASSETS: Final = "assets"
RELATIONS: Final = "relations"

_LANGUAGES: Final = ("en", "de", "fr", "es", "pt", "it", "nl", "pl", "tr", "ru", "ja", "zh")
_UNIT_PREPOSITIONS: Final = frozenset({"in", "en", "em"})


@cache
def field_words(section: str) -> dict[str, str]:
    """Return the canonical field of each folded header word; `section` is one of the above."""
    return index_words({name: _all(words) for name, words in _section(section).items()})


@cache
def by_values() -> dict[str, frozenset[str]]:
    """Return the folded headers that mean a field only where its values bear it out."""
    return {name: frozenset(map(fold, words)) for name, words in _section("by_values").items()}


@cache
def related_words() -> frozenset[str]:
    """Return the folded headers that name other things, not who of them needs whom."""
    return frozenset(fold(word) for word in _all(_section("related")))


@cache
def named_words() -> dict[str, str]:
    """Return the asset type of each folded header that names a thing of a known type."""
    return index_words({name: _all(words) for name, words in _section("named").items()})


@cache
def named_types() -> tuple[str, ...]:
    """Return the types that a header can name, the likeliest subject of a table first."""
    return tuple(_section("named"))


def reference_field(asset_type: str, subject: str | None) -> str | None:
    """Return the field of a column that names a thing of `asset_type` in a record of `subject`.

    Args:
        asset_type: of what the column names.
        subject: asset type of the record's own thing, None when it is not known.

    Returns:
        None when nothing can be said of how the one refers to the other.
    """
    named = _section("named")[asset_type]
    field: str = named["reference"]
    return field if (subject or "any") in named["by"] else None


@cache
def plain_words(section: str) -> frozenset[str]:
    """Return the plainest folded word of each field, which wins over its other words."""
    return frozenset(
        fold(words[0])
        for languages in _section(section).values()
        for words in languages.values()
        if words
    )


@cache
def relation_pairs() -> tuple[frozenset[str], ...]:
    """Return the pairs of folded headers that make a table one of relations."""
    return tuple(frozenset(fold(word) for word in pair) for pair in _section("relation_pairs"))


@cache
def type_words() -> dict[str, str]:
    """Return the canonical asset type of each folded class name or type word."""
    return index_words(
        {
            name: [name, *(word for words in languages.values() for word in words)]
            for name, languages in reference.load("asset_types").items()
        }
    )


def find_field(header: str, section: str) -> tuple[str, str | None] | None:
    """Return the field that `header` means and the unit in it, or None.

    A unit is taken off (`Memory (GB)`, `RAM in MB`) only where that leaves a quantity's word.
    """
    folded, words = fold(header), field_words(section)
    if folded in words:
        return words[folded], None
    base, unit = split_unit(folded)
    field = words.get(base)
    if unit is None or field is None or FIELDS[field].kind not in {"memory", "storage"}:
        return None
    return field, unit


def split_unit(folded: str) -> tuple[str, str | None]:
    """Part a folded header from a unit at its end; the unit is as in `reference/units.yaml`."""
    *words, last = folded.split() or [""]
    unit = unit_spellings().get(last)
    if unit is None or not words:
        return folded, None
    if words[-1] in _UNIT_PREPOSITIONS:
        words.pop()
    return " ".join(words), unit


def _section(name: str) -> Any:
    return reference.load("synonyms")[name]


def _all(words: dict[str, Any]) -> list[str]:
    return [word for language in _LANGUAGES for word in words.get(language, ())]
