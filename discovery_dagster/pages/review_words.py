"""What the review queue asks, in sentences, and what an answer would change."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from discovery_dagster.domain.decision_workbook.sheets import (
    ACCEPT,
    ASSETS,
    COLUMNS,
    CONFLICTS,
    DIFFERENT,
    ENDPOINTS,
    PAIRS,
    REJECT,
    SAME,
    WORDS,
    Answer,
    Question,
)
from discovery_dagster.domain.fields import IGNORED
from discovery_dagster.domain.review import Choice, Item
from discovery_dagster.domain.review.items import COLUMN, SOURCE
from discovery_dagster.pages.words import in_words, number, titled

#: What the kinds of items are called, by their sheets.
KIND_NAMES: Mapping[str, str] = {
    COLUMNS.name: "Columns",
    WORDS.name: "Words",
    ASSETS.name: "Assets",
    PAIRS.name: "Same thing?",
    ENDPOINTS.name: "Endpoints",
    CONFLICTS.name: "Differing values",
}

_VERDICTS: Mapping[str, str] = {
    SAME: "one thing",
    DIFFERENT: "two things",
    "external": "outside the estate",
}


#: Cells of which the queue says that they hold now.
_NOW: Mapping[tuple[str, str], str] = {(ASSETS.name, "Value"): "Now"}


@dataclass(frozen=True)
class Change:
    """What an answer would change of one thing."""

    subject: str
    field: str
    before: str
    after: str


def title(item: Item) -> str:
    """The question that an item asks."""
    return _TITLES[item.sheet](item)


def facts(item: Item) -> list[tuple[str, str]]:
    """What a person needs to know to answer, as labels and values."""
    cells = item.first
    wanted = {
        WORDS.name: ("Field", "In", "Files", "Such as", "Proposed"),
        ASSETS.name: ("Value", "Why", "Proposed"),
        COLUMNS.name: ("File", "Sheet", "Taken for", "Why", "Values"),
        PAIRS.name: ("Why",),
        ENDPOINTS.name: ("Why", "Ports", "Seen with"),
        CONFLICTS.name: ("Value", "Others"),
    }[item.sheet]
    if item.claims:
        return [
            (question.cells["Column"] or "", _claim(question.cells)) for question in item.questions
        ]
    if item.sheet == CONFLICTS.name and len(item.questions) > 1:
        return []
    shown = [(label, cells.get(label) or "") for label in wanted]
    return [
        (_NOW.get((item.sheet, label), label), _fact(item.sheet, label, value))
        for label, value in shown
        if value
    ]


def _fact(sheet: str, label: str, value: str) -> str:
    if label in ("Field", "Taken for"):
        return titled(value)
    return in_words(value) if (sheet, label) in _NOW else value


def consequence(item: Item) -> str:
    """What hangs on the answer."""
    if item.sheet == WORDS.name:
        return _count(item.weight, "record has it", "records have it")
    if item.claims:
        return f"Decides for every record of {_place(item.first)}"
    if item.sheet == COLUMNS.name:
        return "Decides for every record of the table" + ("s" if len(item.questions) > 1 else "")
    things = len(item.questions)
    about = {
        ASSETS.name: _count(things, "asset", "assets"),
        CONFLICTS.name: _count(things, "asset", "assets"),
        PAIRS.name: "two assets or one",
        ENDPOINTS.name: _count(things, "endpoint", "endpoints"),
    }[item.sheet]
    if item.sheet == ENDPOINTS.name:
        return f"{about}, seen with {_count(item.weight, 'asset', 'assets')}"
    return f"{about}, {_count(item.weight, 'dependency', 'dependencies')}"


def choice(item: Item, one: Choice) -> str:
    """An answer to choose, as people read it."""
    if one.value.startswith(SOURCE):
        now = " (now)" if one == item.choices[0] else ""
        return f"as in {one.label}{now}"
    if one.value.startswith(COLUMN):
        return f"\u201c{one.label}\u201d"
    if item.sheet == COLUMNS.name:
        taken_for = titled(item.first["Taken for"] or "")
        verdicts = {ACCEPT: taken_for, REJECT: f"not {taken_for}", IGNORED: "nothing that is used"}
        return verdicts.get(one.value) or titled(one.value)
    proposed = " (proposed)" if one.value == ACCEPT else ""
    return _meaning(one.label) + proposed


def _meaning(value: str) -> str:
    return _VERDICTS.get(value) or in_words(value)


def row(sheet: str, question: Question) -> tuple[str, str]:
    """What a question of an item is about, and what holds of it now."""
    cells = question.cells
    if sheet == COLUMNS.name:
        return f"{cells['Column']} of {_place(cells)}", _now_of_column(cells)
    if sheet == WORDS.name:
        return f"“{cells['Word']}”", "not explained"
    if sheet == PAIRS.name:
        return f"{cells['Asset']} and {cells['Other asset']}", "two assets"
    if sheet == ENDPOINTS.name:
        return f"{cells['Endpoint']}", cells["Why"] or ""
    return cells["Asset"] or "without a name", _value(sheet, cells)


def changes(item: Item, answers: Sequence[Answer]) -> list[Change]:
    """What answers would change, each of one question."""
    questions = {id(question.cells): question for question in item.questions}
    changed = []
    for answer in answers:
        subject, before = row(item.sheet, questions[id(answer.cells)])
        field, after = _after(item.sheet, answer)
        changed.append(Change(subject, field, before, after))
    return changed


def _after(sheet: str, answer: Answer) -> tuple[str, str]:
    cells, value = answer.cells, answer.answer
    if sheet == COLUMNS.name:
        taken_for = titled(cells["Taken for"] or "")
        if value == ACCEPT:
            return "Meaning", taken_for
        if value == IGNORED:
            return "Meaning", "nothing that is used"
        return "Meaning", f"not {taken_for}" if value == REJECT else titled(value)
    if value == ACCEPT:
        value = (cells.get("Proposed") or "").partition(":")[0]
    if sheet == PAIRS.name:
        return "Identity", "one asset" if value == SAME else "two assets, not asked again"
    if sheet == ENDPOINTS.name:
        return "Means", _meaning(value)
    return titled(cells["Field"] or ""), _meaning(value)


def _place(cells: Mapping[str, str | None]) -> str:
    return f"{cells['File']} \u203a {cells['Sheet']}" if cells["Sheet"] else f"{cells['File']}"


def _now_of_column(cells: Mapping[str, str | None]) -> str:
    if not cells["Taken for"]:
        return "no field"
    taken_for = titled(cells["Taken for"])
    return taken_for if cells["Status"] == "accepted" else f"perhaps {taken_for}, not used"


def _claim(cells: Mapping[str, str | None]) -> str:
    state = "used now" if cells["Status"] == "accepted" else "not used now"
    return f"{state}; such as {cells['Values'] or 'nothing'}"


def _value(sheet: str, cells: Mapping[str, str | None]) -> str:
    if sheet == CONFLICTS.name:
        return f"{cells['Value']}; or {cells['Others']}"
    return in_words(cells["Value"])


def _of_word(item: Item) -> str:
    return f"What does “{item.first['Word']}” mean?"


def _of_column(item: Item) -> str:
    if item.claims:
        return f"Which column is {titled(item.first['Taken for'] or '')}?"
    return f"What is in the column “{item.first['Column']}”?"


def _of_asset(item: Item) -> str:
    field = titled(item.first["Field"] or "")
    if len(item.questions) == 1:
        return f"{field} of {item.first['Asset'] or 'an asset without a name'}?"
    return f"{field} of these {number(len(item.questions))} assets?"


def _of_pair(item: Item) -> str:
    return f"Are {item.first['Asset']} and {item.first['Other asset']} one thing?"


def _of_endpoint(item: Item) -> str:
    return f"What is {item.first['Endpoint']}?"


def _of_conflict(item: Item) -> str:
    field = titled(item.first["Field"] or "")
    if len(item.questions) == 1:
        return f"{field} of {item.first['Asset']}: which is right?"
    return f"{field} of {number(len(item.questions))} assets: which source is right?"


_TITLES: Mapping[str, Callable[[Item], str]] = {
    WORDS.name: _of_word,
    COLUMNS.name: _of_column,
    ASSETS.name: _of_asset,
    PAIRS.name: _of_pair,
    ENDPOINTS.name: _of_endpoint,
    CONFLICTS.name: _of_conflict,
}


def _count(value: int, one: str, many: str) -> str:
    return f"{number(value)} {one if value == 1 else many}"
