"""Whom to ask: the questions of the queue by the person who would know."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from discovery_dagster.domain.decision_workbook.sheets import Question
from discovery_dagster.domain.review.items import Item

#: Questions about what has no owner, and those about words and columns, which have none.
NOBODY: Final = ""

#: By name of a sheet, as the decisions workbook has them.
Questions = Mapping[str, Sequence[Question]]


def by_person(
    items: Sequence[Item], owners: Mapping[str, str], assigned: Mapping[str, str]
) -> dict[str, Questions]:
    """Return the questions for each person, those of `NOBODY` last.

    Args:
        items: the queue, whose order the questions keep.
        owners: by id of an asset.
        assigned: by key of an item that somebody is to be asked, who that is.
    """
    people: dict[str, dict[str, list[Question]]] = {}
    for item in items:
        for question in item.questions:
            owner = owners.get(question.cells.get("Id") or "", NOBODY)
            person = " ".join(assigned.get(item.key, owner).split())
            people.setdefault(person, {}).setdefault(item.sheet, []).append(question)
    return dict(sorted(people.items(), key=lambda each: (each[0] == NOBODY, each[0].lower())))


def file_names(people: Iterable[str]) -> dict[str, str]:
    """Return what the workbook of each person is called; no two are called alike."""
    stems: dict[str, int] = {}
    names = {}
    for person in people:
        stem = re.sub(r"[^\w-]+", "-", person, flags=re.ASCII).strip("-").lower() or "others"
        stems[stem] = stems.get(stem, 0) + 1
        number = f"-{stems[stem]}" if stems[stem] > 1 else ""
        names[person] = f"questions-{stem}{number}.xlsx"
    return names
