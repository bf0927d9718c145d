"""6R hints from rules over cited facts; the rules are data (`strategies.yaml`).

A hint never says more than the facts do: where they are missing it is `unknown`, with the facts
that were looked at.
"""

import re
from typing import Any, Final

import polars as pl

from discovery_dagster.domain.texts import formatted
from discovery_dagster.domain.values.states import state_of
from discovery_dagster.domain.words import index_words, replace_words
from discovery_dagster.reference import load

#: What a rule is called that answers with what the source states.
_STATED: Final = "stated"


def with_facts(assets: pl.DataFrame, nodes: pl.DataFrame) -> pl.DataFrame:
    """Add the facts that rules read beside those of an asset.

    Args:
        assets: `CLASSIFIED_ASSETS`.
        nodes: `GRAPH_NODES`.

    Returns:
        `assets` with `state`, what their status says (`states.yaml`) or null; `fan_in` and
        `fan_out`, null where the session knows no needs at all; and,
        where a column that no field stands for states a strategy, its name `stated_in`, its text
        `stated` and what that means `stated_strategy`.
    """
    said = load("strategies")["stated"]
    keys = "|".join("[ _-]*".join(map(re.escape, name.split())) for name in said["columns"])
    # `custom` is an object in JSON; what a person writes about a strategy has no quotes in it.
    pair = rf'(?i)"({keys})":"([^"\\]+)"'
    custom = pl.col("custom")
    found = assets.with_columns(
        stated_in=custom.str.extract(pair, 1), stated=custom.str.extract(pair, 2)
    )
    meanings = index_words({name: [name, *words] for name, words in said["words"].items()})
    meant = replace_words(found["stated"], meanings)
    degrees = nodes.select("asset_id", "fan_in", "fan_out")
    if not (degrees["fan_in"] > 0).any():
        # Where nobody told of any dependency, that nothing needs a thing is no fact about it.
        degrees = degrees.clear()
    known = found.with_columns(
        meant.alias("stated_strategy"), state_of(found["status"]).alias("state")
    )
    return known.join(degrees, on="asset_id", how="left", maintain_order="left")


def hints() -> list[pl.Expr]:
    """Return `strategy` and `strategy_reason` as expressions over what `with_facts` returns."""
    rules = load("strategies")["rules"]
    first = pl.coalesce(
        pl.when(_holds(rule)).then(pl.lit(number, pl.UInt32)) for number, rule in enumerate(rules)
    )
    reason = pl.coalesce(
        pl.when(first == number).then(_quoting(rule["reason"])) for number, rule in enumerate(rules)
    )
    names = {number: rule["strategy"] for number, rule in enumerate(rules)}
    named = first.replace_strict(names, return_dtype=pl.String)
    strategy = pl.when(named == _STATED).then("stated_strategy").otherwise(named)
    return [strategy.alias("strategy"), reason.alias("strategy_reason")]


def _holds(rule: dict[str, Any]) -> pl.Expr:
    """True of the assets that have all facts of a rule."""
    facts = [
        *(pl.col(name).is_in(values) for name, values in rule.get("when", {}).items()),
        *(_says(pl.col(name), phrases) for name, phrases in rule.get("words", {}).items()),
        *(pl.col(name).is_not_null() for name in rule.get("known", [])),
        *(pl.col(name) <= most for name, most in rule.get("at_most", {}).items()),
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
