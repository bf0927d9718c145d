"""The words of a client that nobody has explained, as questions, and what evidence proposes."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

import polars as pl

from discovery_dagster.domain.classification.distinct import Distinct
from discovery_dagster.domain.classification.names import read_names
from discovery_dagster.domain.classification.vocabulary import classify_environment
from discovery_dagster.domain.decision_workbook.sheets import Question, choices_of_word
from discovery_dagster.domain.dictionary import HeldWord, key_of
from discovery_dagster.domain.tables import ClassifiedAssets
from discovery_dagster.domain.tables.words import UNKNOWN

#: A field of an asset, and its value, confidence and identity, which a person is asked about.
Doubtful = tuple[str, Mapping[str, Any], float | None]
Subject = tuple[str, str]  # a field of the dictionary and the key of a word

#: Columns of an asset that have a word of a field as it was written, where nothing translated it.
_WRITTEN: Final[Mapping[str, str]] = {
    "type": "declared_type_text",
    "environment": "environment_text",
    "criticality": "criticality_text",
    "tier": "tier_text",
}
#: Fields that other evidence may tell: their words are asked about only where it does not.
_TOLD_OTHERWISE: Final = frozenset({"type", "environment", "criticality"})
_STATED: Final = ", virtual: "  # what is put behind a type whose record states that, too
_LOCATION: Final = "location"
_LEAST: Final = 2  # things that propose a meaning for a word
_AGREEING: Final = 0.8  # of which this share agrees
_SHOWN: Final = 5  # files that a cell lists


def part_by_words(
    doubtful: Iterable[Doubtful], words: Sequence[HeldWord]
) -> tuple[list[Doubtful], set[Subject]]:
    """Part doubtful fields of assets into those that no word explains, and the words of the others.

    What a word was explained as since the session ran is not asked about again.
    """
    unexplained = {each.subject for each in words if each.meaning is None}
    alone, explaining = list[Doubtful](), set[Subject]()
    for field, row, confidence in doubtful:
        subject = (field, _key(field, row))
        if subject in unexplained:
            explaining.add(subject)
        else:
            alone.append((field, row, confidence))
    return alone, explaining


def part_places(
    conflicts: pl.DataFrame, words: Sequence[HeldWord]
) -> tuple[pl.DataFrame, dict[Subject, list[str]]]:
    """Part conflicts into those of single assets, and the words for places that make the others.

    A word is asked about where it stands beside another one for the place of several assets.

    Args:
        conflicts: `INVENTORY_CONFLICTS`.
        words: of the session.

    Returns:
        The other conflicts, and of each such word what other sources call the place instead.
    """
    of_places = conflicts.filter(pl.col("field") == _LOCATION)
    chosen = of_places.filter("chosen").select("asset_id", winner="value")
    lost = of_places.filter(~pl.col("chosen")).join(chosen, on="asset_id")
    known = {each.subject for each in words}
    winners = dict[Subject, list[str]]()
    for value, winner in lost.select("value", "winner").iter_rows():
        subject = (_LOCATION, key_of(value))
        if subject in known:
            winners.setdefault(subject, []).append(winner)
    several = {subject: names for subject, names in winners.items() if len(names) >= _LEAST}
    settled = [
        asset
        for asset, value in lost.select("asset_id", "value").iter_rows()
        if (_LOCATION, key_of(value)) in several
    ]
    alone = ~((pl.col("field") == _LOCATION) & pl.col("asset_id").is_in(settled))
    return conflicts.filter(alone), several


def questions_of_words(
    words: Sequence[HeldWord],
    explaining: set[Subject],
    assets: ClassifiedAssets,
    proposed: Mapping[str, str],
    places: Mapping[Subject, Sequence[str]] = MappingProxyType({}),
) -> list[Question]:
    """Return a question for each word that nobody knows, that of most records first.

    Args:
        words: of the session.
        explaining: those that explain a doubtful field of an asset.
        assets: of the session.
        proposed: types that a language model proposes, by asset.
        places: as `part_places` returns them.
    """
    asked = [
        each
        for each in words
        if (each.subject in places and each.is_open)
        or (each.is_unknown and (each.field not in _TOLD_OTHERWISE or each.subject in explaining))
    ]
    evidence = {**_evidence(assets, {each.subject for each in asked}, proposed), **places}
    ordered = sorted(asked, key=lambda each: (-each.rows, each.field, each.key))
    return [_question(each, evidence.get(each.subject, ())) for each in ordered]


def _question(word: HeldWord, evidence: Sequence[str]) -> Question:
    proposal = _proposal(word, evidence)
    more = f"; and {len(word.files) - _SHOWN} more" if len(word.files) > _SHOWN else ""
    return Question(
        {
            "Field": word.field,
            "Word": word.word,
            "In": "; ".join(word.columns),
            "Rows": str(word.rows),
            "Files": "; ".join(word.files[:_SHOWN]) + more,
            "Such as": "; ".join(word.names),
            "Proposed": proposal,
        },
        choices_of_word(word.field, proposal),
        weight=word.rows,
    )


def _proposal(word: HeldWord, evidence: Sequence[str]) -> str | None:
    if len(evidence) >= _LEAST:
        value, number = Counter(evidence).most_common(1)[0]
        if number >= _AGREEING * len(evidence):
            return f"{value}: so says other evidence of {number} of {len(evidence)} things"
    return f"{word.near}: by its spelling" if word.near else None


def _evidence(
    assets: ClassifiedAssets, asked: set[Subject], proposed: Mapping[str, str]
) -> Mapping[Subject, list[str]]:
    """What other evidence says of the things that have each word."""
    evidence = dict[Subject, list[str]]()
    texts = [column for field, column in _WRITTEN.items() if any(one == field for one, _ in asked)]
    worded = assets.filter(pl.any_horizontal(pl.lit(value=False), pl.col(texts).is_not_null()))
    blank = Distinct.among(worded.select(pl.lit(None, pl.String).alias("environment")))
    named = classify_environment(blank, read_names(worded["name"])).spread("value")["value"]
    for row, environment in zip(worded.iter_rows(named=True), named, strict=True):
        kind = row["type"] if row["type"] != UNKNOWN else proposed.get(row["asset_id"], UNKNOWN)
        for field, value in (("type", kind), ("environment", environment)):
            subject = (field, _key(field, row))
            if value != UNKNOWN and subject in asked:
                evidence.setdefault(subject, []).append(value)
    return evidence


def _key(field: str, row: Mapping[str, Any]) -> str:
    column = _WRITTEN.get(field)
    text = row.get(column) if column else None
    return key_of(text.partition(_STATED)[0]) if text else ""
