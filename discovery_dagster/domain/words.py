"""Folding: when two spellings are one word.

Headers, synonyms, phrases and type words are folded by the same function, so that they can be
compared as they are. Nothing here knows what a word means.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final

import polars as pl

# Humps of camelCase, but none inside `vCPU` or `GiB`; and the end of capitals, as in `IPAddress`.
_HUMP = re.compile(
    r"(?<=[a-z0-9])(?<!\bv)(?<!_v)(?<![KMGTP]i)(?=[A-Z])|(?<=[A-Z]{2})(?=[A-Z][a-z]{2})"
)
_FOLDED: Final = 4_096  # spellings that are kept: each format asks for the headers of a table
_SEPARATORS = re.compile(r"[^\w%]+|_+")
#: Letters whose strokes and missing dots Unicode does not take off as accents.
_STROKES: Final = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ħ": "h", "ı": "i"})


@lru_cache(_FOLDED)
def fold(text: str) -> str:
    """Return `text` in lower case without accents and punctuation, its words parted by one blank.

    `ipAddress`, `IP_ADDRESS` and `IP-Address*` are one word; `MemoryGiB` is `memory gib`.
    """
    parted = _HUMP.sub(" ", text.strip())
    letters = parted.casefold()
    if not letters.isascii():
        plain = unicodedata.normalize("NFKD", letters)
        plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
        letters = plain.translate(_STROKES)
    return _SEPARATORS.sub(" ", letters).strip()


def index_words(words: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """Return the meaning of each folded word; `words` has the words of each meaning.

    Raises:
        ValueError: when one word has two meanings.
    """
    meanings: dict[str, str] = {}
    for meaning, spellings in words.items():
        for spelling in spellings:
            if meanings.setdefault(fold(spelling), meaning) != meaning:
                raise ValueError(
                    f"{spelling!r} means both {meanings[fold(spelling)]!r} and {meaning!r}."
                )
    return meanings


def replace_words(cells: pl.Series, meanings: Mapping[str, str]) -> pl.Series:
    """Return what each cell means as a whole folded word, null where it is not known.

    Cells of a vocabulary repeat: each distinct one is folded once.
    """
    distinct = cells.drop_nulls().unique().to_list()
    known = {cell: meanings[fold(cell)] for cell in distinct if fold(cell) in meanings}
    return cells.replace_strict(known, default=None, return_dtype=pl.String)


def head_meaning(text: str, meanings: Mapping[str, str]) -> str | None:
    """Return what the last known word or phrase within `text` means, None when none is known.

    The last noun of a phrase is its head: a `Cisco access switch` is a switch. What stands after a
    dash or comma, or in brackets, is read only where nothing before it is known.
    """
    for part in (*re.split(r"\s[-\u2013]\s|[,;(\[]", text), text):
        tokens = fold(part).split()
        for end in range(len(tokens), 0, -1):
            for start in range(end):  # the longest phrase that ends here
                phrase = " ".join(tokens[start:end])
                meaning = meanings.get(phrase) or meanings.get(phrase.removesuffix("s"))
                if meaning is not None:
                    return meaning
    return None
