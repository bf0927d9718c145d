"""6R hints from rules over cited facts; the rules are data (`strategies.yaml`).

A hint never says more than the facts do: where they are missing it is `unknown`, with the facts
that were looked at.
"""

import re
from collections.abc import Mapping, Sequence
from functools import reduce
from typing import Final

import polars as pl

from discovery_dagster.domain.planning import rules
from discovery_dagster.domain.tables import GraphNodes
from discovery_dagster.domain.values.states import state_of
from discovery_dagster.domain.words import index_words, replace_words
from discovery_dagster.reference import load

#: What a rule is called that answers with what the source states.
_STATED: Final = "stated"


def with_facts(assets: pl.DataFrame, nodes: GraphNodes) -> pl.DataFrame:
    """Add the facts that rules read beside those of an asset.

    Args:
        assets: `CLASSIFIED_ASSETS`.
        nodes: `GRAPH_NODES`.

    Returns:
        `assets` with `state`, what their status says (`states.yaml`) or null; `fan_in` and
        `fan_out`, null where the session knows no needs at all; and,
        where a column that no field stands for states a strategy, its name `stated_in`, its text
        `stated` and what that means `stated_strategy`; else the same of what a lifecycle or a
        status says.
    """
    rules = load("strategies")["stated"]
    meanings = index_words({name: [name, *words] for name, words in rules["words"].items()})
    custom = assets["custom"]
    ways = [_stated(custom, columns, meanings) for columns in rules["columns"]]
    of_status = assets.select(stated_in=pl.lit("status"), stated="status")
    ways.append(_meant(of_status, meanings))
    stated = reduce(_or_else, ways)
    known = pl.concat([assets, stated], how="horizontal").with_columns(
        state_of(assets["status"]).alias("state")
    )
    degrees = nodes.select("asset_id", "fan_in", "fan_out")
    if not (degrees["fan_in"] > 0).any():
        # Where no dependency is known at all, that nothing needs an asset is no fact about it.
        degrees = degrees.clear()
    return known.join(degrees, on="asset_id", how="left", maintain_order="left")


def _stated(custom: pl.Series, columns: Sequence[str], meanings: Mapping[str, str]) -> pl.DataFrame:
    """What the first of `columns` that an asset has says, and what that means."""
    keys = "|".join("[ _-]*".join(map(re.escape, name.split())) for name in columns)
    # `custom` is an object in JSON; what a person writes about a strategy has no quotes in it.
    pair = rf'(?i)"({keys})":"([^"\\]+)"'
    written = custom.to_frame("custom").select(
        stated_in=pl.col("custom").str.extract(pair, 1),
        stated=pl.col("custom").str.extract(pair, 2),
    )
    return _meant(written, meanings)


def _meant(written: pl.DataFrame, meanings: Mapping[str, str]) -> pl.DataFrame:
    """Add what is stated means; a year behind it is when."""
    words = written["stated"].str.replace(
        r"(?i)\s*(?:in|by|bis|per)?\s*(?:q[1-4][ /]?)?(?:19|20)\d\d$", ""
    )
    return written.with_columns(replace_words(words, meanings).alias("stated_strategy"))


def _or_else(first: pl.DataFrame, other: pl.DataFrame) -> pl.DataFrame:
    """What the other says where the first means nothing, and the other does."""
    better = first["stated_strategy"].is_null() & other["stated_strategy"].is_not_null()
    return first.select(other[one.name].zip_with(better, one) for one in first)


def with_hints(assets: pl.DataFrame) -> pl.DataFrame:
    """Add `strategy` and `strategy_reason` to what `with_facts` returns."""
    listed = load("strategies")["rules"]
    answers = rules.answered(assets, listed)
    names = {number: rule["strategy"] for number, rule in enumerate(listed)}
    named = answers["number"].replace_strict(names, return_dtype=pl.String)
    return assets.with_columns(
        strategy=pl.when(named == _STATED).then("stated_strategy").otherwise(named),
        strategy_reason=answers["reason"],
    )


def of_rules(rows: pl.DataFrame, by_rule: pl.DataFrame) -> pl.DataFrame:
    """Let what does not move by a rule have the hint of that rule, where no source states one.

    Args:
        rows: with `asset_id`, `wave`, `reason`, `stated_strategy` and what `hints` gives.
        by_rule: as `moving.staying` returns.
    """
    ruled = by_rule.select("asset_id", by_rule="strategy").drop_nulls()
    joined = rows.join(ruled, on="asset_id", how="left", maintain_order="left")
    holds = (
        pl.col("by_rule").is_not_null()
        & pl.col("wave").is_null()
        & pl.col("stated_strategy").is_null()
        & (pl.col("strategy") != pl.col("by_rule"))
    )
    return joined.with_columns(
        strategy=pl.when(holds).then("by_rule").otherwise("strategy"),
        strategy_reason=pl.when(holds).then("reason").otherwise("strategy_reason"),
    )
