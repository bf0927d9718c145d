"""Whether a row is made of words that headers are made of, as values are not.

Where a header is looked for at the top of a table, any names will do (`header`). Between records,
and right below a header, only known words tell that a row is one.
"""

import re
from collections.abc import Sequence
from typing import Final

from discovery_dagster.domain.fields import FIELDS
from discovery_dagster.domain.headers import synonyms
from discovery_dagster.domain.headers.meanings import find_meaning
from discovery_dagster.domain.headers.words import read_words

_KNOWN: Final = 0.6  # least share of the names that are known
_LETTERS: Final = re.compile(r"\D*[^\W\d_]\D*$")
_SECTIONS: Final = (synonyms.ASSETS, synonyms.RELATIONS)
#: Kinds of fields of which a table needs one: what its records are about.
_IDENTIFYING: Final = frozenset({"name", "end", "host", "addresses", "address"})


def are_header_words(row: Sequence[str | None]) -> bool:
    """Whether `row` names columns, by what is known of the words of headers.

    Its cells differ and hold no digits, most are known, and one names what the records are about.
    """
    names = [cell.strip() for cell in row if cell and not cell.isspace()]
    if len(names) < 2 or len({name.casefold() for name in names}) < len(names):
        return False
    if not all(_LETTERS.match(name) for name in names):
        return False
    known = sum(is_header_word(name) for name in names)
    return known >= max(2, _KNOWN * len(names)) and any(map(_identifies, names))


def is_header_word(name: str) -> bool:
    """Whether `name` means a field, or consists of words of headers."""
    return bool(meanings_of(name)) or bool(read_words(name))


def meanings_of(name: str) -> frozenset[str]:
    """Return the fields, or the types of things, that a column called `name` may be of."""
    meanings = (find_meaning(name, section) for section in _SECTIONS)
    return frozenset(
        meaning
        for each in meanings
        if each is not None
        for meaning in (each.field, each.named)
        if meaning is not None
    )


def _identifies(name: str) -> bool:
    return any(
        meaning not in FIELDS or FIELDS[meaning].kind in _IDENTIFYING
        for meaning in meanings_of(name)
    )
