"""Whether values are words of a field.

Which words are is data: `operating_systems`, `environments`, `criticalities`, `tier_words`,
`asset_types`.
"""

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Final

import polars as pl

from discovery_dagster import reference
from discovery_dagster.domain.headers import synonyms
from discovery_dagster.domain.values.software import recognise
from discovery_dagster.domain.values.states import state_of
from discovery_dagster.domain.words import index_words, replace_words


def known_share(field: str, values: pl.Series) -> float:
    """Return the share of `values`, 0 to 1, that the vocabulary of `field` knows."""
    return float(_KNOWLEDGE[field](values).sum()) / max(len(values), 1)


def _is_system(values: pl.Series) -> pl.Series:
    texts = pl.DataFrame({"text": values, "version_text": pl.Series([None] * len(values))})
    texts = texts.with_columns(pl.col("version_text").cast(pl.String))
    return recognise(texts)["rule"].is_not_null()


def _is_qualified(values: pl.Series) -> pl.Series:
    return values.str.to_lowercase().str.contains(r"^[a-z0-9_-]+(\.[a-z0-9_-]+)+\.[a-z]{2,}\.?$")


def _is_state(values: pl.Series) -> pl.Series:
    """Whether each is a state of a thing; `Production`, an environment as well, tells none."""
    return state_of(values).is_not_null() & replace_words(values, environment_words()).is_null()


def _is_truth_value(values: pl.Series) -> pl.Series:
    words = reference.load("booleans")
    return values.str.to_lowercase().is_in([*words["true"], *words["false"]])


def _is_protocol(values: pl.Series) -> pl.Series:
    """Whether each is a protocol, of transport or of what is sent over it."""
    words = {
        *reference.load("protocols").values(),
        *reference.load("service_names"),
        *reference.load("ends")["application_protocols"],
    }
    return values.str.to_lowercase().is_in(sorted(words))


def _is_word_of(meanings: Callable[[], Mapping[str, str]]) -> Callable[[pl.Series], pl.Series]:
    return lambda values: replace_words(values, meanings()).is_not_null()


@cache
def environment_words() -> Mapping[str, str]:
    """Return the environment that each folded word means."""
    listed = reference.load("environments")
    return index_words(
        {name: {name, *words["declared"], *words["name"]} for name, words in listed.items()}
    )


@cache
def _criticality_words() -> Mapping[str, str]:
    return index_words(reference.load("criticalities"))


@cache
def _tier_words() -> Mapping[str, str]:
    return index_words(reference.load("tier_words"))


@cache
def _hardware() -> tuple[re.Pattern[str], ...]:
    """Patterns of models, as they tell what hardware is."""
    rules = reference.load("classification")["rules"]
    return tuple(re.compile(rule["pattern"]) for rule in rules if rule.get("field") == "hardware")


def _is_model(values: pl.Series) -> pl.Series:
    known = [any(each.search(value) for each in _hardware()) for value in values.str.to_lowercase()]
    return pl.Series(known, dtype=pl.Boolean)


_KNOWLEDGE: Final[Mapping[str, Callable[[pl.Series], pl.Series]]] = {
    "os_name": _is_system,
    "fqdn": _is_qualified,
    "status": _is_state,
    "environment": _is_word_of(environment_words),
    "criticality": _is_word_of(_criticality_words),
    "tier": _is_word_of(_tier_words),
    "record_kind": _is_truth_value,
    "protocol": _is_protocol,
    "declared_type": _is_word_of(synonyms.type_words),
    "model": _is_model,
}
