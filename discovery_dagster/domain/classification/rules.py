"""The rules about types as they are read: from `classification.yaml` and the catalogue of products.

A rule reads one field. Which of those that match decides is in `types`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from discovery_dagster.domain.classification.tokens import placed
from discovery_dagster.reference import load

#: How rules about names of products are called: `name_product.<id of the product>`.
PRODUCT_RULE: Final = "name_product."
_PLACES: Final = (("whole", "only", ""), ("end", "last", ".end"), ("first", "first", ".first"))


@dataclass(frozen=True)
class Rule:
    """What a field must say for an asset to be of a type."""

    id: str
    field: str  # rules about names read `words`, and of products `ending` (see `tokens`)
    pattern: str
    type: str
    weight: float  # 0 to 1: the confidence that it gives
    every: bool = False  # of a list, every value must match
    alone: bool = False  # only where nothing says that the record is of a host
    aside: bool = False  # it tells no type, it only keeps what is declared from being corrected
    tokens: frozenset[str] = frozenset()  # of the words that a rule about names reads


@cache
def rules() -> Mapping[str, Rule]:
    """Return all rules by id, the heaviest first; of equals the one that is written first."""
    written = [_read(rule) for rule in load("classification")["rules"]]
    ordered = sorted([*written, *_product_names()], key=lambda rule: -rule.weight)
    return {rule.id: rule for rule in ordered}


def neutral_words() -> list[str]:
    """Return the tokens of names that say nothing of a type."""
    return [*environment_words(), *load("classification")["neutral"]]


def environment_words() -> list[str]:
    """Return the tokens by which names tell environments."""
    return [word for listed in load("environments").values() for word in listed["name"]]


def _read(rule: dict[str, Any]) -> Rule:
    if "words" not in rule:
        return Rule(**rule)
    stated = {name: value for name, value in rule.items() if name not in ("words", "place")}
    pattern = placed(rule["words"], rule["place"], environment_words())
    return Rule(**stated | {"field": "words", "pattern": pattern, "tokens": _tokens(rule["words"])})


def _product_names() -> list[Rule]:
    weights = load("classification")["product_names"]
    return [
        Rule(
            f"{PRODUCT_RULE}{product['id']}{suffix}",
            "ending",
            placed(product["words"], place),
            product["type"],
            weights[weight],
            alone=True,
            tokens=_tokens([*product["words"], *neutral_words()]),
        )
        for product in load("products")["systems"]
        if "words" in product
        for weight, place, suffix in _PLACES
    ]


def _tokens(phrases: Iterable[str]) -> frozenset[str]:
    return frozenset(token for phrase in phrases for token in phrase.split())
