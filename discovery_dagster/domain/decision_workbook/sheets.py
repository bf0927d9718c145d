"""The decisions workbook: its sheets, what stands in their columns, and what may be answered.

A person fills in the columns `Answer`, `Reason` and `Author`; the others tell what is asked. How
the workbook is written is in `decision_workbook`, what answers do is the store's matter.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from discovery_dagster.domain.decisions.overrides import allowed_words, stages
from discovery_dagster.domain.dictionary.fields import NOTHING, meanings
from discovery_dagster.domain.fields import FIELDS, IGNORED

ANSWER: Final = "Answer"
REASON: Final = "Reason"
AUTHOR: Final = "Author"
PROBLEM: Final = "Problem"  # beside answers that could not be applied

ACCEPT: Final = "accept"
REJECT: Final = "reject"
SAME: Final = "same"
DIFFERENT: Final = "different"


@dataclass(frozen=True)
class Sheet:
    """One sheet: what it asks, and its columns before those that a person fills in."""

    name: str
    what: str  # sentences for who fills it in
    columns: tuple[str, ...]
    needs: tuple[str, ...]  # columns that say what an answer is about

    @property
    def all_columns(self) -> tuple[str, ...]:
        """Its columns from left to right."""
        return (*self.columns, ANSWER, REASON, AUTHOR)


@dataclass(frozen=True)
class Question:
    """A row: the cells of its columns, and the answers to choose from (none: any text).

    `alike` is the same of questions of a sheet that one answer may be for. `weight` is how many
    records or dependencies hang on it. `values` are what each source says, where they differ: first
    what stands.
    """

    cells: Mapping[str, str | None]
    choices: tuple[str, ...] = ()
    alike: str = ""
    weight: int = 0
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Answer:
    """A row that a person filled in, and where it stands; cells are text, null where empty."""

    sheet: str
    row: int  # of the worksheet, from 1
    cells: Mapping[str, str | None]
    answer: str
    reason: str | None
    author: str | None


@dataclass(frozen=True)
class Problem:
    """Why a cell, a row or a sheet has no effect, in one sentence."""

    sheet: str
    row: int | None
    column: str | None
    message: str


COLUMNS: Final = Sheet(
    "Columns",
    "Columns of files of which it is not certain what they mean. Answer with the field that a "
    f'column is, "{IGNORED}" when nothing is to be taken from it, "{ACCEPT}" or "{REJECT}" for '
    "what it is taken for. It holds for all engagements of the client.",
    ("File", "Sheet", "Column", "Taken for", "Status", "Confidence", "Why", "Values"),
    ("File", "Column"),
)
ASSETS: Final = Sheet(
    "Assets",
    "What rules could not tell of assets, or not with certainty, what sources say in words that "
    "nobody knows, and what is to become of applications; those that most others need come "
    f'first. Answer with what is right, or "{ACCEPT}" for what a language model proposes. Other '
    "fields can be decided in rows of your own: Asset (its name or id), Field and Answer.",
    ("Asset", "Id", "Type", "Field", "Value", "Confidence", "Why", "Proposed"),
    ("Field",),
)
WORDS: Final = Sheet(
    "Dictionary",
    "Words of the client that nobody has explained, each for all the records that have it; those "
    f'of most records come first. Answer with what the word means, "{NOTHING}" when it says '
    f'nothing, or "{ACCEPT}" for what is proposed. It holds for all files and sessions of the '
    "client, later ones too. Other words can be decided in rows of your own: Field, Word, Answer.",
    ("Field", "Word", "In", "Rows", "Files", "Such as", "Proposed"),
    ("Field", "Word"),
)
CONFLICTS: Final = Sheet(
    "Conflicts",
    "Values of one asset that differ between sources. Answer with what is right.",
    ("Asset", "Id", "Field", "Value", "Others"),
    ("Field",),
)
PAIRS: Final = Sheet(
    "Same thing",
    f'Assets that may be one thing under two names. Answer "{SAME}" or "{DIFFERENT}"; nothing is '
    "ever merged by likeness alone.",
    ("Asset", "Id", "Other asset", "Other id", "Why"),
    ("Id", "Other id"),
)
ENDPOINTS: Final = Sheet(
    "Endpoints",
    "Names and addresses that assets depend on or connect with and that no asset has, or several. "
    'Answer with the name or id of the asset that it is, or "external" when it is outside the '
    "estate.",
    ("Endpoint", "Why", "Assets", "Ports", "Seen with"),
    ("Endpoint",),
)
SHEETS: Final = (WORDS, ASSETS, COLUMNS, PAIRS, ENDPOINTS, CONFLICTS)
BY_NAME: Final = {sheet.name: sheet for sheet in SHEETS}


def choices_of_column(taken_for: str) -> tuple[str, ...]:
    """Return what may be answered about a column that is taken for a field, or for none."""
    verdicts = (ACCEPT, REJECT) if taken_for in FIELDS else ()
    return (*verdicts, IGNORED, *sorted(FIELDS))


def choices_of_word(field: str, proposed: str | None) -> tuple[str, ...]:
    """Return what may be answered about a word of a field of the dictionary; none: any text."""
    allowed = meanings(field)
    if allowed is None:
        return ()
    return (ACCEPT, *allowed) if proposed else allowed


def choices_of_field(
    field: str, proposed: str | None, values: Sequence[str] = ()
) -> tuple[str, ...]:
    """Return what may be answered about a field of an asset; none when any text may.

    Args:
        field: one of those that can be decided.
        proposed: what a language model proposes for it.
        values: of the sources, where they differ.
    """
    words = allowed_words(field) or tuple(values)
    return ((ACCEPT, *words) if proposed else tuple(words)) if words else ()


def can_be_decided(field: str) -> bool:
    """Whether a person may decide a field of an asset."""
    return field in stages()
