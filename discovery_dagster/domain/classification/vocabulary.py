"""Environment, criticality and tier: canonical words for what sources and names say.

What is declared decides; a name is read only where nothing is. A name that says two things says
nothing.
"""

from collections.abc import Mapping

import polars as pl

from discovery_dagster.domain.classification.tokens import first_held, holds, words
from discovery_dagster.domain.words import index_words, replace_words
from discovery_dagster.reference import load

_GUESS = ("said", "token", "name")


def judge_environment(assets: pl.DataFrame) -> pl.DataFrame:
    """Return `value` and `reason`, one row an asset; `assets` has `words` beside its fields."""
    rules = load("environments")
    tokens = {name: listed["name"] for name, listed in rules.items()}
    declared = {name: [name, *listed["declared"]] for name, listed in rules.items()}
    cells = assets["environment"]
    whole = replace_words(cells, index_words(declared))
    within = _single(_joined(cells.to_frame("name").select(words=words("name"))), tokens)
    read = whole.fill_null(within["value"])
    named = _single(_joined(assets.select("words")), tokens)
    plain = ~assets["name"].str.contains(" ", literal=True)
    return _judge("environment", assets, read, named, plain)


def judge_criticality(assets: pl.DataFrame) -> pl.DataFrame:
    """Return `value` and `reason`, one row an asset; names say nothing of it."""
    listed = load("criticalities")
    read = replace_words(assets["criticality"], index_words(listed))
    return _judge("criticality", assets, read, None, None)


def judge_tier(assets: pl.DataFrame) -> pl.DataFrame:
    """Return `value` and `reason`, one row an asset; `assets` has `words` and its judged `type`."""
    rules = load("classification")["tiers"]
    read = replace_words(assets["tier"], index_words(load("tier_words")))
    of_type = assets["type"].replace_strict(rules["types"], default=None, return_dtype=pl.String)
    named = _single(assets.select("words"), rules["name"])
    plain = ~assets["name"].str.contains(" ", literal=True) & assets["type"].is_in(rules["hosts"])
    judged = _judge("tier", assets, read, named, plain)
    by_type = assets.select(
        value=pl.lit(of_type), reason=pl.format("Tier {}: its type is {}.", pl.lit(of_type), "type")
    )
    typed = assets["tier"].is_null() & of_type.is_not_null()
    return judged.select(
        pl.when(pl.lit(typed)).then(pl.lit(by_type[name])).otherwise(name).alias(name)
        for name in ("value", "reason")
    )


def _joined(named: pl.DataFrame) -> pl.DataFrame:
    """Read `pre prod` as one word, and `non prod` as none of its own."""
    parted = r" (pre|non|nicht|no) ?prod(uction|uktion|uktiv)? "
    return named.select(words=pl.col("words").str.replace_all(parted, " ${1}prod "))


def _single(named: pl.DataFrame, tokens: Mapping[str, list[str]]) -> pl.DataFrame:
    """Return the only canonical word that tokens say, and the token that says it."""
    found = [pl.when(holds("words", listed)).then(pl.lit(name)) for name, listed in tokens.items()]
    said = named.with_columns(
        value=pl.coalesce(found), meanings=pl.sum_horizontal(one.is_not_null() for one in found)
    )
    every = [token for listed in tokens.values() for token in listed]
    return said.select(
        pl.when(pl.col("meanings") == 1).then("value"), token=first_held("words", every)
    )


def _judge(
    field: str,
    assets: pl.DataFrame,
    read: pl.Series,
    named: pl.DataFrame | None,
    readable: pl.Series | None,
) -> pl.DataFrame:
    """Choose between what is declared and what the name says, and give the reason.

    Args:
        field: its name.
        assets: with the field as declared, and `name`.
        read: the canonical word of what is declared, null where nobody knows it.
        named: `value` and `token` that the name says.
        readable: whether the name is one that tokens may be read from.
    """
    nothing = pl.lit(None, pl.String)
    title = field.capitalize()
    facts = assets.select(field, "name").with_columns(
        read=pl.lit(read),
        said=nothing if named is None else pl.when(pl.lit(readable)).then(pl.lit(named["value"])),
        token=nothing if named is None else pl.lit(named["token"]),
    )
    undeclared = pl.col(field).is_null()
    value = pl.when(undeclared).then("said").otherwise("read").fill_null("unknown")
    told = pl.when(pl.col("read").is_not_null())
    guessed = pl.when(undeclared & pl.col("said").is_not_null())
    reason = pl.coalesce(
        told.then(pl.format(f"{title} {{}}: declared as `{{}}`.", "read", field)),
        guessed.then(
            pl.format(f"{title} {{}}: rule name_{field}, `{{}}` in the name `{{}}`.", *_GUESS)
        ),
        pl.format(f"{title} unknown: `{{}}` is no known word for one.", field),
        pl.lit(f"{title} unknown: nothing says it."),
    )
    return facts.select(value=value, reason=reason)
