"""From a declaration in the language of formats to the format that tables are read by."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from discovery_dagster import reference
from discovery_dagster.domain.fields import IGNORED
from discovery_dagster.domain.formats.base import Exclusion, Kind, Rule, TableFormat, TypePatterns
from discovery_dagster.domain.formats.cloud import tag_columns
from discovery_dagster.domain.formats.language import (
    Declaration,
    TaughtColumn,
    TaughtExclusion,
    TaughtPhrase,
    TaughtTypes,
)
from discovery_dagster.domain.headers.phrases import Phrase, known_phrases
from discovery_dagster.domain.words import fold

#: What a row is, and what formats call tables of such rows.
KINDS: Final = {
    "thing": Kind.ASSETS,
    "detail": Kind.DETAILS,
    "observation": Kind.OBSERVATIONS,
    "relation": Kind.RELATIONS,
    "flow": Kind.FLOWS,
    "span": Kind.SPANS,
    "nothing": Kind.IGNORED,
}


def table_format(declared: Declaration, base: TableFormat) -> TableFormat:
    """Return the format that a declaration is.

    Args:
        declared: as it was checked.
        base: whose rules hold where the declaration says nothing.
    """
    kind = KINDS[declared.grain]
    return replace(
        base,
        name=declared.format,
        kind=kind,
        switch=base.switch if kind is base.kind else None,
        headers=tuple(
            frozenset(map(fold, names)) for names in (declared.header, *declared.headers) if names
        ),
        sheets=frozenset(map(fold, declared.or_sheets)),
        verbatim=frozenset(declared.exactly),
        fit=None,
        at_most=None,
        columns=_columns(declared, base),
        asset_type=declared.type or base.asset_type,
        type_patterns=_types(declared.types) if declared.types else base.type_patterns,
        reason=declared.reason,
        null_words=base.null_words | _words(declared.empty_words),
        exclusions=(*base.exclusions, *map(_exclusion, declared.exclusions)),
        relation=declared.relation or base.relation,
        evidence=declared.evidence or base.evidence,
        turned=declared.direction == "target_needs_source",
        mutual=declared.direction == "both",
        phrases=_phrases(declared.phrases, base),
        endpoint_type=declared.ends or base.endpoint_type,
        directed=declared.opened or base.directed,
        synonyms=base.synonyms if declared.others is None else declared.others == "read",
    )


def _columns(declared: Declaration, base: TableFormat) -> dict[str, Rule]:
    """The rules of columns; what the declaration says comes before what its base does."""
    own = {
        fold(name): _rule(base.columns.get(fold(name)), column, order)
        for order, (name, column) in enumerate(declared.columns.items())
    }
    tags = tag_columns(*map(fold, declared.tags)) if declared.tags else {}
    behind = {
        name: replace(rule, order=rule.order + len(own))
        for name, rule in {**tags, **base.columns}.items()
    }
    return {**behind, **own}


def _rule(base: Rule | None, column: TaughtColumn, order: int) -> Rule:
    """The rule of a column; what the base knows of the same field holds where nothing is said."""
    same = base if base is not None and base.field == column.field else Rule(column.field)
    return replace(
        same,
        unit=column.unit,
        order=order,
        proposed=column.proposed,
        target_type=column.names or same.target_type,
        codes=dict(column.words) if column.words or column.field == IGNORED else same.codes,
    )


def _types(types: TaughtTypes) -> TypePatterns:
    shared = reference.load("type_patterns")[types.shared] if types.shared else {}
    return TypePatterns(types.field, {**types.containing, **shared})


def _exclusion(declared: TaughtExclusion) -> Exclusion:
    words = _words(declared.words)
    if declared.says_yes:
        words |= frozenset(reference.load("booleans")["true"])
    return Exclusion(fold(declared.column), words, declared.reason)


def _words(words: list[str]) -> frozenset[str]:
    return frozenset(word.strip().lower() for word in words)


def _phrases(phrases: Mapping[str, TaughtPhrase], base: TableFormat) -> Mapping[str, Phrase] | None:
    """The phrases that are known: those of the base, or all, and those that are declared."""
    if not phrases:
        return base.phrases
    known = known_phrases() if base.phrases is None else base.phrases
    own = {
        fold(text): Phrase(
            phrase.relation,
            turned=phrase.direction == "target_needs_source",
            mutual=phrase.direction == "both",
        )
        for text, phrase in phrases.items()
    }
    return {**known, **own}
