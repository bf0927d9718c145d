"""Client's text on its way into a prompt, and a model's on its way out of one."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache

from discovery_dagster.reference import load

#: Characters of one cell that the model is shown.
CELL = 120
#: Cells of a list that the model is shown.
LIST = 12

#: Categories of characters that are not seen but read: controls, bidirectional and zero-width ones
#: (Cf), surrogates, private use, unassigned; and line and paragraph separators.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def visible(text: str, length: int = CELL) -> str:
    """Return `text` without characters that nobody sees, on one line, cut to `length`."""
    # Cut first: a cell of megabytes is not looked at character by character.
    seen = (
        " " if char in "\t\r\n" else char
        for char in text[: 4 * length]
        if char in "\t\r\n" or unicodedata.category(char) not in _UNSEEN
    )
    shown = " ".join("".join(seen).split())
    return shown if len(shown) <= length else shown[: length - 1] + "…"


def visible_facts(facts: Mapping[str, str | Sequence[str]]) -> dict[str, str | list[str]]:
    """Return the facts of a question as the model is shown them."""
    return {
        name: visible(value) if isinstance(value, str) else [visible(item) for item in value[:LIST]]
        for name, value in facts.items()
    }


def is_suspicious(facts: Mapping[str, str | Sequence[str]]) -> bool:
    """Whether text among the facts reads like an instruction to a model."""
    cells = [
        cell for value in facts.values() for cell in ([value] if isinstance(value, str) else value)
    ]
    # The whole cell is searched as far as it could be shown, without what could hide a word.
    return any(pattern.search(visible(cell, 4 * CELL)) for cell in cells for pattern in _patterns())


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    patterns = load("prompts/suspicious")["patterns"]
    return tuple(re.compile(pattern, re.IGNORECASE) for pattern in patterns)
