"""What a header means: as a whole word that is known, else by the words it is made of.

Which words mean what is data (`synonyms`, `header_words`). Nothing is taken from parts of a header
while another part is not understood: `Cost Center` and `OS Language` mean nothing here.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from discovery_dagster import reference
from discovery_dagster.domain.fields import FIELDS
from discovery_dagster.domain.headers import synonyms
from discovery_dagster.domain.headers.phrases import known_phrases
from discovery_dagster.domain.headers.words import Reading, read_words
from discovery_dagster.domain.words import fold


@dataclass(frozen=True)
class Meaning:
    """A canonical field, or an asset type where the header names a thing of that type."""

    field: str | None
    named: str | None = None
    unit: str | None = None
    whole: bool = True  # the header is a known word as it stands


@dataclass(frozen=True)
class _Candidate:
    """A meaning that a reading of a header allows; less left over is better."""

    beside: int  # words of the header that the meaning does not need
    meaning: Meaning


@cache
def find_meaning(header: str, section: str) -> Meaning | None:
    """Return what `header` means in a table of `section`, or None.

    Args:
        header: as written.
        section: `synonyms.ASSETS` or `synonyms.RELATIONS`.
    """
    known = synonyms.find_field(header, section)
    if known is not None:
        return Meaning(known[0], unit=known[1])
    if section != synonyms.ASSETS:
        return _by_words(header, section)
    named = synonyms.named_words().get(fold(header))
    if named:
        return Meaning(None, named)
    return _by_words(header, section) or _by_phrase(header)


def field_of(header: str, section: str) -> str | None:
    """Return the field that `header` means, or None."""
    meaning = find_meaning(header, section)
    return meaning.field if meaning else None


def named_type(header: str) -> str | None:
    """Return the asset type of the things that a column called `header` names, or None."""
    meaning = find_meaning(header, synonyms.ASSETS)
    return meaning.named if meaning else None


def _by_phrase(header: str) -> Meaning | None:
    """Return the reference that a header makes which is a phrase of relations: `Utilizada por`.

    A single word, such as `Runs`, is too little, and so is what hangs on the other thing's type.
    """
    words = fold(header)
    phrase = known_phrases().get(words) if " " in words else None
    if phrase is None or phrase.by_target:
        return None
    if not phrase.turned:
        return Meaning(phrase.relation, whole=False)
    turned = {"depends_on": "used_by", "connects_to": "fed_by"}.get(phrase.relation)
    return Meaning(turned, whole=False) if turned else None


def _by_words(header: str, section: str) -> Meaning | None:
    readings = read_words(header)
    candidates = [candidate for reading in readings for candidate in _candidates(reading, section)]
    least = min((candidate.beside for candidate in candidates), default=0)
    best = {candidate.meaning for candidate in candidates if candidate.beside == least}
    return best.pop() if len(best) == 1 else None


def _candidates(reading: Reading, section: str) -> Iterator[_Candidate]:
    for needed, (field, named) in _needed_words(section).items():
        beside = reading.words - needed
        if not needed <= reading.words or not beside <= _allowed(field or named or ""):
            continue
        if reading.unit is not None and not _is_amount(field):
            continue
        if reading.numbered and field is not None and not FIELDS[field].many:
            continue  # one of several disks is not the storage
        yield _Candidate(len(beside), Meaning(field, named, reading.unit, whole=False))


@cache
def _needed_words(section: str) -> Mapping[frozenset[str], tuple[str | None, str | None]]:
    """The field, or the named type, of each set of words that a known header is made of."""
    meanings: dict[frozenset[str], set[tuple[str | None, str | None]]] = {}
    for phrase, field in synonyms.field_words(section).items():
        _add(meanings, phrase, (field, None))
    if section == synonyms.ASSETS:
        for phrase, named in synonyms.named_words().items():
            _add(meanings, phrase, (None, named))
    # Words that two known headers share in another order mean neither for sure, unless the one
    # names the things and the other refers to them.
    return {
        words: next((each for each in possible if each[1]), next(iter(possible)))
        for words, possible in meanings.items()
        if len(possible) == 1 or _refer_to_one_thing(possible)
    }


def _refer_to_one_thing(possible: set[tuple[str | None, str | None]]) -> bool:
    named = [each[1] for each in possible if each[1]]
    fields = [each[0] for each in possible if each[0]]
    return len(named) == len(fields) == 1 and synonyms.reference_field(named[0], "any") == fields[0]


def _add(
    meanings: dict[frozenset[str], set[tuple[str | None, str | None]]],
    phrase: str,
    meaning: tuple[str | None, str | None],
) -> None:
    readings = read_words(phrase)
    # What may be read in two ways teaches neither.
    if len(readings) == 1 and not readings[0].words <= _modifiers():
        meanings.setdefault(readings[0].words, set()).add(meaning)


@cache
def _allowed(meaning: str) -> frozenset[str]:
    words = reference.load("header_words")
    subjects = words["subjects"]["words"] if meaning in words["subjects"]["fields"] else ()
    return frozenset(words["beside"].get(meaning, ())).union(subjects)


@cache
def _modifiers() -> frozenset[str]:
    return frozenset(reference.load("header_words")["modifiers"])


def _is_amount(field: str | None) -> bool:
    return field is not None and FIELDS[field].kind in {"memory", "storage"}
