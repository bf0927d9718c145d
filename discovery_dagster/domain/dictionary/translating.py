"""Cells read by the dictionary of a client: its words become those that Discovery knows."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl

from discovery_dagster.domain.dictionary.decisions import WordDecision, key_of
from discovery_dagster.domain.dictionary.fields import (
    NOTHING,
    RELATION,
    field_of,
    fields,
    relations,
)
from discovery_dagster.domain.dictionary.vocabulary import known_meanings
from discovery_dagster.domain.headers.phrases import Phrase
from discovery_dagster.domain.tables import SourceWords


@dataclass(frozen=True)
class Translated:
    """Cells in Discovery's words.

    `reasons` has a sentence for each cell that the dictionary explains, null for the others.
    """

    cells: pl.Series
    reasons: pl.Series


@dataclass(frozen=True)
class TranslatedPhrases:
    """Phrases between two things that a dictionary explains.

    `known` are those that state a relation, `silent` those that say nothing of needs; `cited` is
    how each of the known ones is cited, with who explained it.
    """

    known: Mapping[str, Phrase]
    silent: Collection[str]
    cited: Mapping[str, str]


class Dictionary:
    """What words of a client mean; of a word that is not in it, it says nothing."""

    def __init__(self, decisions: Iterable[WordDecision]) -> None:
        """Take decisions that are in force."""
        self._decisions = {each.subject: each for each in decisions}

    def translate(self, column: str, header: str, cells: pl.Series) -> Translated | None:
        """Translate the cells of a column; None where the dictionary explains none of them.

        Relations are read as `phrases`, so that what is cited stays as it was written.

        Args:
            column: canonical field of the cells.
            header: of the column, as written.
            cells: cleaned.
        """
        field = field_of(column)
        if field is None or field == RELATION or not self._has(field):
            return None
        explained = self._explained(field, cells)
        if not explained:
            return None
        words = {cell: _as_cell(field, each) for cell, each in explained.items()}
        sentences = {cell: sentence(header, cell, each) for cell, each in explained.items()}
        translated = cells.is_in(list(words))
        return Translated(
            _replaced(cells, words).zip_with(translated.fill_null(value=False), cells),
            _replaced(cells, sentences),
        )

    def phrases(self, written: Iterable[str]) -> TranslatedPhrases:
        """Return what it says of phrases between two things."""
        cells = pl.Series(list(written), dtype=pl.String)
        explained = self._explained(RELATION, cells) if self._has(RELATION) else {}
        known = {
            text: Phrase(*relations()[meaning])
            for text, each in explained.items()
            if (meaning := each.meaning) is not None and meaning in relations()
        }
        cited = {text: f"{text} ({_meaning(text, explained[text])})" for text in known}
        return TranslatedPhrases(known, explained.keys() - known.keys(), cited)

    def unexplained(self, words: SourceWords) -> int:
        """Return how many of the words that are asked for neither this nor Discovery knows."""
        asked = [name for name, field in fields().items() if field["asked"]]
        unknown = words.group_by("field", "key").agg(pl.col("meaning").drop_nulls().first())
        unknown = unknown.filter(pl.col("meaning").is_null(), pl.col("field").is_in(asked))
        return sum(
            subject not in self._decisions for subject in unknown.select("field", "key").iter_rows()
        )

    def _has(self, field: str) -> bool:
        return any(subject[0] == field for subject in self._decisions)

    def _explained(self, field: str, cells: pl.Series) -> dict[str, WordDecision]:
        """The decision about each distinct cell that there is one about."""
        distinct = cells.drop_nulls().unique().to_list()
        decisions = {cell: self._decisions.get((field, key_of(cell))) for cell in distinct}
        return {cell: each for cell, each in decisions.items() if each is not None}


def sentence(header: str | None, written: str, decision: WordDecision) -> str:
    """Say what a word means by the dictionary, who said so and when.

    Args:
        header: of the column in which it stands, where that is known.
        written: the word as it stands there.
        decision: about it.
    """
    place = f" in `{header}`" if header else ""
    return f"{decision.field.capitalize()}: `{written}`{place} {_meaning(written, decision)}."


def _meaning(written: str, decision: WordDecision) -> str:
    meaning = (decision.meaning or NOTHING).replace("_", " ")
    reason = f": {decision.reason.rstrip('.')}" if decision.reason else ""
    alone = known_meanings(decision.field, [written]).get(written)
    overruled = alone is not None and alone != decision.meaning
    otherwise = f"; without it, {alone.replace('_', ' ')}" if alone and overruled else ""
    return (
        f"means {meaning} by the client's dictionary, as {decision.author} decided on"
        f" {decision.at:%Y-%m-%d}{reason}{otherwise}"
    )


def _as_cell(field: str, decision: WordDecision) -> str | None:
    """The cell that says what the word means, in words that each vocabulary knows."""
    if decision.meaning in (None, NOTHING):
        return None
    return decision.meaning if field == "location" else decision.meaning.replace("_", " ")


def _replaced(cells: pl.Series, words: Mapping[str, str | None]) -> pl.Series:
    return cells.replace_strict(dict(words), default=None, return_dtype=pl.String)


#: The dictionary of a client that has none.
NO_DICTIONARY: Final = Dictionary(())
