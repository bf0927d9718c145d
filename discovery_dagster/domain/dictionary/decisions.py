"""What people decided about words, for one client: the last decision about a word holds."""

import hashlib
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class WordDecision:
    """A word was given a meaning, or its meaning was taken back (None).

    `origin` is where the decision came from: the command line, or a row of a workbook.
    """

    decision: int
    field: str
    word: str
    meaning: str | None
    author: str
    reason: str | None
    origin: str
    at: datetime

    @property
    def subject(self) -> tuple[str, str]:
        """What it is about: the field, and the key of the word."""
        return self.field, key_of(self.word)


def key_of(word: str) -> str:
    """Return what two spellings of one word share: case and blanks aside, nothing is.

    Punctuation tells words apart here, as `A` and `A+` do on a scale.
    """
    return " ".join(unicodedata.normalize("NFKC", word).casefold().split())


def in_force(decisions: Iterable[WordDecision]) -> list[WordDecision]:
    """Return the last decision about each word, unless it was taken back."""
    last = {decision.subject: decision for decision in decisions}
    return [decision for decision in last.values() if decision.meaning is not None]


def concerning(
    decisions: Iterable[WordDecision], words: Collection[tuple[str, str]]
) -> list[WordDecision]:
    """Return the decisions about `words`, each a field and the key of a word."""
    return [decision for decision in decisions if decision.subject in words]


def digest(decisions: Collection[WordDecision]) -> str | None:
    """Return a digest of decisions in force, None when there are none."""
    if not decisions:
        return None
    numbers = sorted(each.decision for each in decisions)  # what a decision says is never changed
    return hashlib.sha256(" ".join(map(str, numbers)).encode()).hexdigest()
