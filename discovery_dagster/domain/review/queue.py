"""The queue: questions grouped by what they ask, and which group is asked first."""

from collections.abc import Mapping, Sequence
from typing import Final

from discovery_dagster.domain.decision_workbook.sheets import (
    ASSETS,
    COLUMNS,
    CONFLICTS,
    ENDPOINTS,
    PAIRS,
    WORDS,
    Question,
)
from discovery_dagster.domain.review.items import Item, key_of
from discovery_dagster.reference import load

#: The kinds of items, by the names of the sheets that ask the same.
KINDS: Final = tuple(sheet.name for sheet in (COLUMNS, WORDS, ASSETS, PAIRS, ENDPOINTS, CONFLICTS))


def items(questions: Mapping[str, Sequence[Question]]) -> list[Item]:
    """Return the queue.

    What decides how a whole table is read comes first, then what a word means for all records that
    have it, then single things; among alike kinds that on which most depends (`review.yaml`).
    """
    groups = dict[tuple[str, str], list[Question]]()
    for sheet, asked in questions.items():
        for question in asked:
            alike = question.alike or key_of(sheet, question)
            groups.setdefault((sheet, alike), []).append(question)
    queued = [
        Item(sheet, alike, sorted(group, key=lambda one: -one.weight))
        for (sheet, alike), group in groups.items()
    ]
    order = {name: at for at, name in enumerate(load("review")["order"])}
    return sorted(queued, key=lambda item: (order[_kind(item)], -item.weight, -len(item.questions)))


def _kind(item: Item) -> str:
    """What `review.yaml` calls the kind of an item."""
    if item.sheet == COLUMNS.name:
        return "column claimed twice" if item.claims else _of_column(item)
    if item.sheet == ASSETS.name:
        field = item.first["Field"]
        return field if field in ("type", "environment", "strategy") else "other field"
    return {
        WORDS.name: "word",
        PAIRS.name: "same thing",
        ENDPOINTS.name: "endpoint",
        CONFLICTS.name: "conflict",
    }[item.sheet]


def _of_column(item: Item) -> str:
    return "column" if item.first["Taken for"] else "column of no field"
