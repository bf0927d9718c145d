"""Which rules speak for the type of each asset, and which against it.

How rules are read is in `matches`, and what follows from them in `types`.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import polars as pl

from discovery_dagster.domain.classification.distinct import Codes, Distinct
from discovery_dagster.domain.classification.matches import Matches
from discovery_dagster.domain.classification.rules import PRODUCT_RULE, rules
from discovery_dagster.reference import load


def evidence(matches: Matches) -> Iterator[Distinct]:
    """Yield the first rule that matches each asset, null where none does, for each use of it.

    `rule` is the heaviest one, `rival` the heaviest of a type that it contradicts, `by_` and
    `unless_` with its number are those of a correction, `virtual_rule` tells what is virtual.
    """
    deciding = [None if rule.aside else rule.id for rule in rules().values()]
    heaviest = matches.first_of(deciding)
    yield _named("rule", list(rules()), heaviest)
    kinds, rivals = _rivals()
    own = np.array([*(kinds.index(rule.type) for rule in rules().values()), len(kinds)])
    yield _named("rival", list(rules()), matches.first_of(*rivals, of=own[heaviest]))
    for at, correction in enumerate(load("classification")["corrections"]):
        for use, order in (
            ("by", correcting(correction)),
            ("unless", correction.get("unless_rules", [])),
        ):
            yield _named(f"{use}_{at}", order, matches.first_of(order))
    telling = list(load("classification")["virtual"]["by"])
    yield _named("virtual_rule", telling, matches.first_of(telling))


def _named(column: str, order: list[str], places: Codes) -> Distinct:
    return Distinct(pl.DataFrame({column: [*order, None]}, schema={column: pl.String}), places)


def _rivals() -> tuple[list[str], list[list[str | None]]]:
    """The types of rules, and the rules that contradict each, at their places among all rules.

    The last ones are for what has no type: nothing contradicts it.
    """
    includes = load("classification")["includes"]
    kinds = sorted({rule.type for rule in rules().values()})
    agreeing = [[kind, *includes.get(kind, [])] for kind in kinds]
    rivals = [
        [None if rule.aside or rule.type in agreed else rule.id for rule in rules().values()]
        for agreed in agreeing
    ]
    return kinds, [*rivals, [None] * len(rules())]


def correcting(correction: Mapping[str, Any]) -> list[str]:
    """Return the rules one of which a correction of what is declared needs; none needs none."""
    by = correction.get("by", [])
    if by == "product_names":
        return [rule for rule in rules() if rule.startswith(PRODUCT_RULE)]
    return list(by)
