"""From what a person declared to the format that tables are read by."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from discovery_dagster.domain import formats
from discovery_dagster.domain.fields import IGNORED
from discovery_dagster.domain.formats.base import Exclusion, Kind, Rule, TableFormat
from discovery_dagster.domain.grain import OF_KIND, Grain
from discovery_dagster.domain.headers.phrases import Phrase, known_phrases
from discovery_dagster.domain.tables.words import Relation
from discovery_dagster.domain.teaching.language import Declaration, TaughtColumn, TaughtPhrase
from discovery_dagster.domain.words import fold

_RELATIONS: Final = "generic.relations"
_THINGS: Final = "generic.assets"

#: Formats on which one of things, of relations or of a table that nobody knows is based anyway.
IMPLIED: Final = frozenset({_THINGS, _RELATIONS, formats.UNRECOGNISED.name})

#: What a format of flows is based on where it names none.
_FLOWS: Final = TableFormat(
    name="flows",
    kind=Kind.FLOWS,
    relation=Relation.CONNECTS_TO,
    evidence="observed",
    synonyms=False,
)


def table_format(declared: Declaration, origin: str, reason: str) -> TableFormat:
    """Return the format that a person declared.

    Args:
        declared: as it was checked.
        origin: who taught it and why, for the mapping of its columns.
        reason: why a row of its tables is what it is, one sentence.
    """
    base = _base(declared)
    kind = next(kind for kind, grain in OF_KIND.items() if grain is Grain(declared.grain))
    own = {
        fold(name): _rule(base.columns.get(fold(name)), rule, order)
        for order, (name, rule) in enumerate(declared.columns.items())
    }
    return replace(
        base,
        name=declared.format,
        kind=kind,
        switch=base.switch if kind is base.kind else None,
        headers=(frozenset(map(fold, declared.header)),),
        sheets=frozenset(map(fold, declared.sheets)),
        verbatim=frozenset(),
        fit=None,
        at_most=None,
        columns={**base.columns, **own},
        asset_type=declared.type or base.asset_type,
        reason=reason,
        null_words=base.null_words | {word.strip().lower() for word in declared.empty_words},
        exclusions=(
            *base.exclusions,
            *(
                Exclusion(
                    fold(each.column),
                    frozenset(word.strip().lower() for word in each.words),
                    each.reason,
                )
                for each in declared.exclusions
            ),
        ),
        relation=declared.relation or base.relation,
        turned=declared.direction == "target_needs_source",
        mutual=declared.direction == "both",
        phrases=_phrases(declared.phrases, base),
        taught=origin,
    )


def _base(declared: Declaration) -> TableFormat:
    if declared.based_on is not None:
        return formats.format_named(declared.based_on)
    if declared.grain == "flow":
        return _FLOWS
    return formats.format_named(_RELATIONS if declared.grain == "relation" else _THINGS)


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
        taught=True,
    )


def _phrases(phrases: Mapping[str, TaughtPhrase], base: TableFormat) -> Mapping[str, Phrase] | None:
    """The phrases that are known: those of the base, or all, and those that are taught."""
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
