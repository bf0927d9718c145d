"""Environment, criticality and tier: canonical words for what sources and names say.

What is declared decides; a name is read only where nothing is. A name that says two things says
nothing. Each answer has a confidence and the code of its rule, worded in `rationale`.
"""

from collections.abc import Mapping

import polars as pl

from discovery_dagster.domain.classification.tokens import holds, words
from discovery_dagster.domain.words import index_words, replace_words
from discovery_dagster.reference import load

#: How words are parted that say something else together: `pre prod` is one word, and `non prod`
#: is no `prod`.
PARTED = r" (pre|non|nicht|no) ?prod(uction|uktion|uktiv)? "
_PARTED_WORDS = ("pre", "non", "nicht", "no", "production", "produktion", "produktiv")


def name_words() -> frozenset[str]:
    """Return the tokens of names that are read here."""
    tiers = load("classification")["tiers"]["name"].values()
    environments = [listed["name"] for listed in load("environments").values()]
    return frozenset(_PARTED_WORDS).union(*tiers, *environments)


def judge_environment(assets: pl.DataFrame) -> pl.DataFrame:
    """Return `value, confidence, code`, one row an asset; `assets` has `words` and its fields."""
    rules = load("environments")
    tokens = {name: listed["name"] for name, listed in rules.items()}
    declared = {name: [name, *listed["declared"]] for name, listed in rules.items()}
    cells = assets["environment"]
    whole = replace_words(cells, index_words(declared))
    within = single(_joined(cells.to_frame("name").select(words=words("name"))), tokens)
    named = single(_joined(assets.select("words")), tokens)
    plain = ~assets["name"].str.contains(" ", literal=True)
    return _judge("environment", cells, whole, within, named.zip_with(plain, _nothing(plain)))


def judge_criticality(assets: pl.DataFrame) -> pl.DataFrame:
    """Return `value, confidence, code`, one row an asset; names say nothing of it."""
    cells = assets["criticality"]
    read = replace_words(cells, index_words(load("criticalities")))
    return _judge("criticality", cells, read, _nothing(cells), _nothing(cells))


def judge_tier(assets: pl.DataFrame) -> pl.DataFrame:
    """Return `value, confidence, code`, one row an asset; `assets` has `words` and its `type`."""
    rules = load("classification")["tiers"]
    cells = assets["tier"]
    read = replace_words(cells, index_words(load("tier_words")))
    named = single(assets.select("words"), rules["name"])
    plain = ~assets["name"].str.contains(" ", literal=True) & assets["type"].is_in(rules["hosts"])
    named = named.zip_with(plain, _nothing(plain))
    judged = _judge("tier", cells, read, _nothing(cells), named)
    of_type = assets["type"].replace_strict(rules["types"], default=None, return_dtype=pl.String)
    typed = pl.lit(cells.is_null() & of_type.is_not_null())
    confidence = load("classification")["confidences"]["of_type"]
    return judged.select(
        value=pl.when(typed).then(pl.lit(of_type)).otherwise("value"),
        confidence=pl.when(typed).then(confidence).otherwise("confidence"),
        code=pl.when(typed).then(pl.lit("tier:of_type")).otherwise("code"),
    )


def single(named: pl.DataFrame, tokens: Mapping[str, list[str]]) -> pl.Series:
    """Return the only canonical word that the tokens in `words` say."""
    found = [pl.when(holds("words", listed)).then(pl.lit(name)) for name, listed in tokens.items()]
    said = named.select(
        value=pl.coalesce(found), meanings=pl.sum_horizontal(one.is_not_null() for one in found)
    )
    return said.select(pl.when(pl.col("meanings") == 1).then("value")).to_series()


def _joined(named: pl.DataFrame) -> pl.DataFrame:
    return named.select(words=pl.col("words").str.replace_all(PARTED, " ${1}prod "))


def _nothing(like: pl.Series) -> pl.Series:
    return pl.repeat(None, len(like), dtype=pl.String, eager=True)


def _judge(
    field: str, cells: pl.Series, whole: pl.Series, within: pl.Series, named: pl.Series
) -> pl.DataFrame:
    """Choose between what is declared and what the name says.

    Args:
        field: its name.
        cells: the field as declared.
        whole: the canonical word of the cell, null where nobody knows it.
        within: the one that a token of the cell says.
        named: the one that a token of the name says.
    """
    trust = load("classification")["confidences"]
    facts = pl.DataFrame(
        {"cell": cells, "declared": whole, "within": within, "name": named}
    ).with_columns(name=pl.when(pl.col("cell").is_null()).then("name"))
    ways = ("declared", "within", "name")
    how = pl.coalesce(pl.when(pl.col(way).is_not_null()).then(pl.lit(way)) for way in ways)
    missing = pl.when(pl.col("cell").is_null()).then(pl.lit("nothing")).otherwise(pl.lit("no_word"))
    return facts.select(
        value=pl.coalesce(*ways).fill_null("unknown"),
        confidence=how.replace_strict(trust, default=0.0, return_dtype=pl.Float64),
        code=pl.format(f"{field}:{{}}", pl.coalesce(how, missing)),
    )
