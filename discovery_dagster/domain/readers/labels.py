"""A second row of a header that names the columns again: labels below keys, or keys below labels.

id,name,lifecycle,relApplicationToITComponent
ID,Name,Lifecycle phase,IT Components
"""

import re
from collections.abc import Sequence
from typing import Final

from discovery_dagster.domain.readers.header_words import are_header_words, meanings_of
from discovery_dagster.domain.words import fold

Cells = Sequence[str | None]
_NUMBERING: Final = re.compile(r"\d+|\b[a-z]\b")
_SAME: Final = 0.5  # least share of the labels that are their keys in other letters or words
_ALIKE: Final = 0.6  # least share of those that are, or that share their words with their keys


def are_labels(keys: Cells, labels: Cells, records: Sequence[Cells]) -> bool:
    """Whether `labels`, the row below `keys`, names the same columns again.

    A record whose values are called as their columns stays one: in a record some value is another
    word, or stands in other records as well.

    Args:
        keys: of the header.
        labels: of the row below it.
        records: some of those below.
    """
    pairs = _pairs(keys, labels)
    named = sum(bool(label and label.strip()) for label in labels)
    if len(pairs) < max(2, named) or all(key == label for key, label in pairs):
        return False  # a row that is the same to the letter is one of an export pasted below
    if any(_repeat(label, at, records) for at, label in enumerate(labels) if label):
        return False
    if not records:
        return all(_joined(key) == _joined(label) for key, label in pairs)
    if not any(meanings_of(key) for key in keys if key) and are_header_words(labels):
        return True
    return _say_the_same(pairs) and not _are_alike_enough(_pairs(keys, records[0]))


def named_by(keys: Cells, labels: Cells) -> list[str | None]:
    """Return of each column its key, or its label where only that is known or there is no key."""
    width = max(len(keys), len(labels))
    pairs = zip(_padded(keys, width), _padded(labels, width), strict=True)
    return [
        label if label and (not key or (meanings_of(label) and not meanings_of(key))) else key
        for key, label in pairs
    ]


def _padded(cells: Cells, width: int) -> list[str | None]:
    return [*cells, *[None] * (width - len(cells))]


def _repeat(label: str, at: int, records: Sequence[Cells]) -> bool:
    return any(at < len(record) and record[at] == label for record in records)


def _pairs(keys: Cells, cells: Cells) -> list[tuple[str, str]]:
    return [
        (key.strip(), cell.strip())
        for key, cell in zip(keys, cells, strict=False)
        if key and cell and key.strip() and cell.strip()
    ]


def _say_the_same(pairs: Sequence[tuple[str, str]]) -> bool:
    same = sum(_are_same(key, label) for key, label in pairs)
    all_alike = all(_are_alike(key, label) for key, label in pairs)
    return _are_alike_enough(pairs) and (same >= _SAME * len(pairs) or (same > 0 and all_alike))


def _are_alike_enough(pairs: Sequence[tuple[str, str]]) -> bool:
    alike = sum(_are_alike(key, label) for key, label in pairs)
    return alike >= max(2, _ALIKE * len(pairs))


def _are_same(key: str, label: str) -> bool:
    """Whether both are one word, whatever their case and spaces, or mean one field."""
    return _joined(key) == _joined(label) or (
        bool(meanings_of(key) & meanings_of(label)) and _numbering(key) == _numbering(label)
    )


def _are_alike(key: str, label: str) -> bool:
    """Whether both are the same, or one has all words of the other."""
    words = [{word.removesuffix("s") for word in fold(name).split()} for name in (key, label)]
    fewer, more = sorted(words, key=len)
    return _are_same(key, label) or (bool(fewer) and fewer <= more)


def _joined(name: str) -> str:
    return fold(name).replace(" ", "")


def _numbering(name: str) -> list[str]:
    """Digits and lone letters, by which values are distinguished: `Server 1`, `Application A`."""
    return _NUMBERING.findall(fold(name))
