"""The words that sessions have: what is known of each, and so which are questions."""

from collections.abc import Sequence
from dataclasses import dataclass

from discovery_dagster.domain.dictionary.decisions import WordDecision
from discovery_dagster.domain.dictionary.fields import fields


@dataclass(frozen=True)
class HeldWord:
    """A word that sessions have.

    `meaning` is what Discovery takes it for without a dictionary, `decision` what the dictionary
    says, `names` some of the things that its records name.
    """

    field: str
    key: str
    word: str
    rows: int
    files: Sequence[str]
    columns: Sequence[str]
    sessions: Sequence[str]
    names: Sequence[str]
    meaning: str | None
    near: str | None
    decision: WordDecision | None

    @property
    def subject(self) -> tuple[str, str]:
        """What a decision about it would be about."""
        return self.field, self.key

    @property
    def is_unknown(self) -> bool:
        """Whether neither Discovery nor the dictionary knows it, which of such a field is asked."""
        return bool(fields()[self.field]["asked"]) and self.is_open

    @property
    def is_open(self) -> bool:
        """Whether neither Discovery nor the dictionary knows it."""
        return self.meaning is None and self.decision is None
