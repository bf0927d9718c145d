"""Environment, criticality and tier: canonical words for what sources and names say.

What is declared decides; a name is read only where nothing is. A name that says two things says
nothing. Each answer has a confidence and the code of its rule, worded in `rationale`.
"""

from collections.abc import Mapping
from typing import Final

import polars as pl

from discovery_dagster.domain.classification.distinct import Distinct
from discovery_dagster.domain.classification.tokens import holds, words
from discovery_dagster.domain.texts import formatted
from discovery_dagster.domain.words import index_words, replace_words
from discovery_dagster.reference import load

#: How words are parted that say something else together: `pre prod` is one word, and `non prod`
#: is no `prod`.
PARTED = r" (pre|non|nicht|no) ?prod(uction|uktion|uktiv)? "
_NOTHING: Final = pl.lit(None, pl.String)
_PARTED_WORDS = ("pre", "non", "nicht", "no", "production", "produktion", "produktiv")


def name_words() -> frozenset[str]:
    """Return the tokens of names that are read here."""
    tiers = load("classification")["tiers"]["name"].values()
    environments = [listed["name"] for listed in load("environments").values()]
    return frozenset(_PARTED_WORDS).union(*tiers, *environments)


def classify_environment(cells: Distinct, names: Distinct) -> Distinct:
    """Return `value, confidence, code` of each asset.

    Args:
        cells: `environment` as declared.
        names: as `names.read_names` returns.
    """
    rules = load("environments")
    tokens = {name: listed["name"] for name, listed in rules.items()}
    declared = {name: [name, *listed["declared"]] for name, listed in rules.items()}
    written = cells.rows["environment"]
    read = cells.rows.with_columns(
        declared=replace_words(written, index_words(declared)),
        within=single(_joined(written.to_frame("name").select(words=words("name"))), tokens),
    )
    named = _of_hosts(names, single(_joined(names.rows), tokens))
    together = Distinct.together(cells.with_rows(read), named)
    return together.with_rows(_choose("environment", together.rows))


def classify_criticality(cells: Distinct) -> Distinct:
    """Return `value, confidence, code` of each asset; names say nothing of its `criticality`."""
    meanings = index_words(load("criticalities"))
    read = cells.rows.with_columns(declared=replace_words(cells.rows["criticality"], meanings))
    silent = read.with_columns(within=_NOTHING, name=_NOTHING)
    return cells.with_rows(_choose("criticality", silent))


def classify_tier(cells: Distinct, names: Distinct, types: Distinct, uses: Distinct) -> Distinct:
    """Return `value, confidence, code` of each asset.

    Args:
        cells: `tier` as declared.
        names: as `names.read_names` returns.
        types: `type` as classified.
        uses: `use`, `use_confidence` and `use_code` as `uses.observe` returns, null where nothing
            tells.
    """
    rules = load("classification")["tiers"]
    read = cells.rows.with_columns(
        declared=replace_words(cells.rows["tier"], index_words(load("tier_words"))),
        within=_NOTHING,
    )
    named = _of_hosts(names, single(names.rows, rules["name"]))
    together = Distinct.together(
        cells.with_rows(read), named, types.reduced(types.rows.select("type")), uses
    )
    host = pl.col("type").is_in(rules["hosts"])
    by_words = _choose("tier", together.rows.with_columns(name=pl.when(host).then("name")))
    used = together.rows.select(
        (host & pl.col("use").is_not_null()).fill_null(value=False)
    ).to_series() & (by_words["code"] == "tier:nothing")
    of_use = together.rows.select(value="use", confidence="use_confidence", code="use_code")
    by_words = by_words.select(of_use[one.name].zip_with(used, one) for one in by_words)
    of_type = pl.col("type").replace_strict(rules["types"], default=None, return_dtype=pl.String)
    by_type = together.rows.select(
        value=pl.when(pl.col("tier").is_null()).then(of_type),
        confidence=load("classification")["confidences"]["of_type"],
        code=pl.lit("tier:of_type"),
    )
    typed = by_type["value"].is_not_null()
    return together.with_rows(
        by_type.select(one.zip_with(typed, by_words[one.name]) for one in by_type)
    )


def single(named: pl.DataFrame, tokens: Mapping[str, list[str]]) -> pl.Series:
    """Return the only canonical word that the tokens in `words` say."""
    candidates = [
        pl.when(holds("words", listed)).then(pl.lit(name)) for name, listed in tokens.items()
    ]
    counted = named.select(
        value=pl.coalesce(candidates),
        meanings=pl.sum_horizontal(one.is_not_null() for one in candidates),
    )
    return counted.select(pl.when(pl.col("meanings") == 1).then("value")).to_series()


def _joined(named: pl.DataFrame) -> pl.DataFrame:
    return named.select(words=pl.col("words").str.replace_all(PARTED, " ${1}prod "))


def _of_hosts(names: Distinct, meanings: pl.Series) -> Distinct:
    """What the names of hosts say, as `name`."""
    return names.reduced(names.rows.select(name=pl.when("plain").then(pl.lit(meanings))))


def _choose(field: str, readings: pl.DataFrame) -> pl.DataFrame:
    """Choose between what is declared and what the name says.

    Args:
        field: its name, and the column of the cell as declared.
        readings: `declared` has the canonical word of the cell, null where it is unknown, `within`
            the one that a token of the cell means, `name` the one that a token of the name means.

    Returns:
        `value, confidence, code`.
    """
    trust = load("classification")["confidences"]
    facts = readings.with_columns(name=pl.when(pl.col(field).is_null()).then("name"))
    ways = ("declared", "within", "name")
    how = pl.coalesce(pl.when(pl.col(way).is_not_null()).then(pl.lit(way)) for way in ways)
    missing = pl.when(pl.col(field).is_null()).then(pl.lit("nothing")).otherwise(pl.lit("no_word"))
    return facts.select(
        value=pl.coalesce(*ways).fill_null("unknown"),
        confidence=how.replace_strict(trust, default=0.0, return_dtype=pl.Float64),
        code=formatted(f"{field}:{{}}", pl.coalesce(how, missing)),
    )
