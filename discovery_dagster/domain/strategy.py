"""6R hints from rules over cited facts; the rules are data (`strategies.yaml`).

A hint never says more than the facts do: where they are missing it is `unknown`, with the facts
that were looked at.
"""

import re
from typing import Any

import polars as pl

from discovery_dagster.domain.texts import formatted
from discovery_dagster.reference import load


def hints() -> list[pl.Expr]:
    """Return `strategy` and `strategy_reason` as expressions over `CLASSIFIED_ASSETS`."""
    rules = load("strategies")
    first = pl.coalesce(
        pl.when(_holds(rule)).then(pl.lit(number, pl.UInt32)) for number, rule in enumerate(rules)
    )
    reason = pl.coalesce(
        pl.when(first == number).then(_quoting(rule["reason"])) for number, rule in enumerate(rules)
    )
    names = {number: rule["strategy"] for number, rule in enumerate(rules)}
    strategy = first.replace_strict(names, return_dtype=pl.String)
    return [strategy.alias("strategy"), reason.alias("strategy_reason")]


def _holds(rule: dict[str, Any]) -> pl.Expr:
    """True of the assets that have all facts of a rule."""
    facts = [
        *(pl.col(name).is_in(values) for name, values in rule.get("when", {}).items()),
        *(_says(pl.col(name), phrases) for name, phrases in rule.get("words", {}).items()),
        *(pl.col(name).is_not_null() for name in rule.get("known", [])),
    ]
    return pl.all_horizontal(pl.lit(True), *facts).fill_null(False)


def _says(cell: pl.Expr, phrases: list[str]) -> pl.Expr:
    """True where one of the phrases stands in the cell as whole words."""
    choice = "|".join(re.escape(phrase.lower()) for phrase in phrases)
    return cell.str.to_lowercase().str.contains(rf"(?:^|\W)(?:{choice})(?:$|\W)")


def _quoting(reason: str) -> pl.Expr:
    """The reason as a sentence, with the columns that it quotes."""
    columns = re.findall(r"\{(\w+)\}", reason)
    text = reason[0].upper() + re.sub(r"\{\w+\}", "{}", reason)[1:] + "."
    return formatted(text, *(pl.col(name).fill_null("unknown") for name in columns))
