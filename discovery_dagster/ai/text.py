"""Client's text on its way into a prompt, and a model's on its way out of one."""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from itertools import islice

from discovery_dagster.domain.proposals import Question
from discovery_dagster.domain.proposals.facts import Fact
from discovery_dagster.domain.proposals.masking import mask_facts
from discovery_dagster.reference import load

#: Characters of one cell that the model is shown.
CELL = 120
#: Characters of a cell that are read, so that nothing is cut where it could not be recognised.
READ = 2_000
#: Cells of a list, or columns, that the model is shown.
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
    return _cut(" ".join("".join(seen).split()), length)


def shown(question: Question) -> dict[str, Fact]:
    """Return a question as a model is shown it: visible, masked and cut, and nothing else of it."""
    return {**shown_facts(question), **_shown(question.context)}


def shown_facts(question: Question) -> dict[str, Fact]:
    """Return what makes the question the one that it is, as a model is shown it."""
    return _shown(question.facts)


def is_suspicious(question: Question) -> bool:
    """Whether text of the question reads like an instruction to a model."""
    # The whole cell is searched as far as it could be shown, without what could hide a word.
    return any(
        pattern.search(visible(text, READ))
        for facts in (question.facts, question.context)
        for text in _texts(facts)
        for pattern in _patterns()
    )


def _shown(facts: Mapping[str, Fact]) -> dict[str, Fact]:
    read = _each(facts, lambda text: visible(text, READ))
    return _each(mask_facts(read), lambda text: _cut(text, CELL))


def _each(facts: Mapping[str, Fact], change: Callable[[str], str]) -> dict[str, Fact]:
    """The facts with each of their texts changed, headers of columns included."""

    def changed(fact: Fact) -> Fact:
        if isinstance(fact, str):
            return change(fact)
        if isinstance(fact, Mapping):
            return {change(name): change(cell) for name, cell in islice(fact.items(), LIST)}
        return [change(cell) for cell in fact[:LIST]]

    return {name: changed(fact) for name, fact in facts.items()}


def _texts(facts: Mapping[str, Fact]) -> Iterator[str]:
    for fact in facts.values():
        if isinstance(fact, str):
            yield fact
        elif isinstance(fact, Mapping):
            for name, cell in fact.items():
                yield from (name, cell)
        else:
            yield from fact


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    patterns = load("prompts/suspicious")["patterns"]
    return tuple(re.compile(pattern, re.IGNORECASE) for pattern in patterns)
