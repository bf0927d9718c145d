"""Items of the review queue: alike questions, and what an answer to them all says of each."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from discovery_dagster.domain.decision_workbook.sheets import (
    ACCEPT,
    BY_NAME,
    COLUMNS,
    CONFLICTS,
    ENDPOINTS,
    REJECT,
    WORDS,
    Answer,
    Question,
)
from discovery_dagster.domain.errors import InvalidRequestError

#: Sheets whose answers hold for all engagements of the client.
_OF_CLIENT: Final = (WORDS.name, COLUMNS.name)
SOURCE: Final = "source:"  # and its number: what each asset's source of that number says
COLUMN: Final = "column:"  # and its name: that of several which is the field
_MOST: Final = 200  # characters of an answer that a message repeats


class UnusableAnswerError(InvalidRequestError):
    """An answer that is none to an item; the message is one sentence."""

    code = "unusable_answer"


@dataclass(frozen=True)
class Choice:
    """An answer to choose: `value` is what is sent, `label` what it stands for."""

    value: str
    label: str


@dataclass(frozen=True)
class Item:
    """Questions of one sheet that one answer may be for, the weightiest first."""

    sheet: str
    alike: str
    questions: Sequence[Question]

    @cached_property
    def key(self) -> str:
        """What the item is called in addresses: the same as long as somebody asks the same."""
        text = f"{self.sheet}\n{self.alike}"
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    @property
    def first(self) -> Mapping[str, str | None]:
        """The cells of its weightiest question, which have what all of them share."""
        return self.questions[0].cells

    @property
    def weight(self) -> int:
        """How many records or dependencies hang on it."""
        return sum(question.weight for question in self.questions)

    @property
    def of_client(self) -> bool:
        """Whether an answer holds for all engagements of the client, not for this one alone."""
        return self.sheet in _OF_CLIENT

    @property
    def claims(self) -> bool:
        """Whether it asks which of several columns is a field."""
        return self.sheet == COLUMNS.name and len(self.questions) > 1 and _is_claim(self)

    @property
    def is_free(self) -> bool:
        """Whether any text may be an answer, beside what may be chosen."""
        return not self.questions[0].choices or self.sheet == ENDPOINTS.name

    @cached_property
    def choices(self) -> Sequence[Choice]:
        """What may be chosen."""
        if self.claims:
            names = [question.cells["Column"] or "" for question in self.questions]
            return [Choice(COLUMN + name, name) for name in dict.fromkeys(names)]
        values = self.questions[0].values
        if len(self.questions) > 1 and values:
            return [
                Choice(f"{SOURCE}{number}", source)
                for number, source in enumerate(self.alike.split("\n")[1:])
            ]
        proposed = (self.first.get("Proposed") or "").partition(":")[0]
        words = self.questions[0].choices or ((ACCEPT,) if proposed else ())
        return [Choice(word, proposed if word == ACCEPT and proposed else word) for word in words]

    def answers(
        self, value: str, without: Collection[str], reason: str | None, author: str
    ) -> list[Answer]:
        """Return the answer to each question, as a workbook with these rows would have it.

        Args:
            value: of a choice, or any text where there is none.
            without: keys of questions that it is not for, as `key_of` gives them.
            reason: why; None where none is needed.
            author: who answers.

        Raises:
            UnusableAnswerError: when it is not answered like this.
        """
        if not value.strip():
            raise UnusableAnswerError("There is no answer: choose one, or fill one in.")
        answered = [one for one in self.questions if key_of(self.sheet, one) not in without]
        if not answered:
            raise UnusableAnswerError("Nothing is chosen that the answer would be for.")
        return [
            Answer(
                self.sheet,
                row,
                question.cells,
                self._of_question(question, value),
                reason,
                author,
            )
            for row, question in enumerate(answered, 1)
        ]

    def _of_question(self, question: Question, value: str) -> str:
        if self.claims and value.startswith(COLUMN):
            return ACCEPT if value[len(COLUMN) :] == question.cells["Column"] else REJECT
        if self.sheet == CONFLICTS.name and value.startswith(SOURCE):
            values = {f"{SOURCE}{number}": each for number, each in enumerate(question.values)}
            if value not in values:
                raise UnusableAnswerError(f'No source is called "{value[:_MOST]}" here.')
            return values[value]
        return value


def key_of(sheet: str, question: Question) -> str:
    """Return what a question is called in forms: by what its answer would be about."""
    about = (*BY_NAME[sheet].needs, "Id", "Sheet")
    text = "\n".join(question.cells.get(column) or "" for column in about)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _is_claim(item: Item) -> bool:
    return item.alike.startswith("claims\n")
