"""Which type an asset is, by rules that are data.

What a source declares outranks every rule but those that may correct it; rules that disagree, or
none, give `unknown`. Each answer has a code of the rule that gave it, worded in `rationale`.
"""

from typing import Any, Final

import polars as pl

from discovery_dagster.domain import synonyms
from discovery_dagster.domain.classification.profiles import matching
from discovery_dagster.domain.classification.rules import PRODUCT_RULE, rules
from discovery_dagster.domain.words import head_meaning
from discovery_dagster.reference import load

#: Columns of `judge_types`; `virtual` is null where nothing tells.
JUDGED: Final = ("type", "confidence", "type_code", "virtual", "virtual_code")


def judge_types(assets: pl.DataFrame) -> pl.DataFrame:
    """Judge the type of each asset, and whether it is virtual.

    Args:
        assets: rows in `INVENTORY_ASSETS` with `words` and `ending` (as in `tokens`), `os` and
            `products` (kinds, as `software` recognises), and `hosted` (as `has_host_facts`).

    Returns:
        `JUDGED`, one row an asset: `confidence` is 0 to 1, 0 for `unknown`.
    """
    facts = assets.with_columns(hardware=_hardware(), within=_head(assets["declared_type_text"]))
    matches = _matches(facts)
    best = _best(matches)
    judged = pl.concat([facts.drop("confidence", strict=False), best], how="horizontal")
    judged = judged.with_columns(_corrections(matches, judged))
    return judged.select(_decision()).with_columns(_virtual(facts, matches)).select(JUDGED)


def _hardware() -> pl.Expr:
    parts = (pl.col(field).fill_null("").str.to_lowercase() for field in ("vendor", "model"))
    return pl.concat_str(*parts, separator=" | ")


def _head(texts: pl.Series) -> pl.Series:
    """What the last known type word within each text means; texts of types are few and short."""
    meanings = synonyms.type_words()
    distinct = texts.drop_nulls().unique().to_list()
    heads = {text: head for text in distinct if (head := head_meaning(text, meanings))}
    return texts.replace_strict(heads, default=None, return_dtype=pl.String)


def _matches(facts: pl.DataFrame) -> pl.DataFrame:
    """Which rules match, each distinct value of a field read once."""
    found = dict[str, pl.Series]()
    for field in {rule.field for rule in rules().values()}:
        reading = [rule for rule in rules().values() if rule.field == field]
        values = facts.select(field)
        distinct = values.unique(maintain_order=True)
        read = distinct.with_columns(
            matching(distinct[field], rule.pattern).alias(rule.id) for rule in reading
        )
        matched = values.join(read, on=field, how="left", nulls_equal=True, maintain_order="left")
        found |= {rule.id: matched[rule.id] & ~(facts["hosted"] & rule.alone) for rule in reading}
    return pl.DataFrame({rule: found[rule] for rule in rules()})


def _best(matches: pl.DataFrame) -> pl.DataFrame:
    """The heaviest rule of each asset, and the heaviest of a type that it contradicts."""
    includes = load("classification")["includes"]
    types = {rule.id: rule.type for rule in rules().values()}
    weights = {rule.id: rule.weight for rule in rules().values()}
    named = matches.select(rule=pl.coalesce(map(_when, rules()))).with_columns(
        rule_type=_named("rule", types), weight=_weighed("rule", weights)
    )
    agreeing = {kind: [kind, *includes.get(kind, [])] for kind in set(types.values())}
    rivals = pl.concat([matches, named], how="horizontal").select(
        rival=pl.coalesce(
            pl.when(
                pl.col(rule.id),
                ~pl.col("rule_type").is_in(
                    sorted(kind for kind, agreed in agreeing.items() if rule.type in agreed)
                ),
            ).then(pl.lit(rule.id))
            for rule in rules().values()
        )
    )
    weighed = rivals.with_columns(rival_weight=_weighed("rival", weights))
    return pl.concat([named, weighed], how="horizontal")


def _when(rule: str) -> pl.Expr:
    return pl.when(pl.col(rule)).then(pl.lit(rule))


def _named(column: str, values: dict[str, str]) -> pl.Expr:
    return pl.col(column).replace_strict(values, default=None, return_dtype=pl.String)


def _weighed(column: str, values: dict[str, float]) -> pl.Expr:
    return pl.col(column).replace_strict(values, default=None, return_dtype=pl.Float64)


def _corrections(matches: pl.DataFrame, facts: pl.DataFrame) -> list[pl.Series]:
    """The correction of what is declared, its rule and type; null where none applies."""
    types = {rule.id: rule.type for rule in rules().values()}
    correction = pl.Series("correction", [None] * facts.height, dtype=pl.String)
    corrected_by = correction.alias("corrected_by")
    corrected = correction.alias("corrected")
    for stated in load("classification")["corrections"]:
        by = matches.select(by=pl.coalesce(pl.lit(None, pl.String), *map(_when, _by(stated))))["by"]
        known = pl.lit(by) if _by(stated) else pl.lit("hosted")
        applies = facts.select(_may_correct(stated) & known.is_not_null()).to_series()
        applies = applies & correction.is_null()
        if "unless_rules" in stated:
            applies &= ~matches.select(pl.any_horizontal(stated["unless_rules"])).to_series()
        kind = by.replace_strict(types, default=None, return_dtype=pl.String)
        kind = kind if "type" not in stated else pl.repeat(stated["type"], len(by), eager=True)
        correction = _set(correction, applies, pl.repeat(stated["id"], len(by), eager=True))
        corrected_by = _set(corrected_by, applies, by)
        corrected = _set(corrected, applies, kind)
    return [correction, corrected_by, corrected]


def _by(correction: dict[str, Any]) -> list[str]:
    by = correction.get("by", [])
    if by == "product_names":
        return [rule for rule in rules() if rule.startswith(PRODUCT_RULE)]
    return list(by)


def _may_correct(correction: dict[str, Any]) -> pl.Expr:
    text = pl.col("declared_type_text")
    allowed: pl.Expr = pl.col("declared_type") == correction["declared"]
    if "said" in correction:
        allowed &= text.str.contains(correction["said"])
    if "unless" in correction:
        allowed &= ~text.str.contains(correction["unless"]).fill_null(False)
    if correction.get("hosted"):
        allowed &= pl.col("hosted")
    return allowed.fill_null(False)


def _set(values: pl.Series, where: pl.Series, new: pl.Series) -> pl.Series:
    return new.zip_with(where, values).alias(values.name)


def _decision() -> list[pl.Expr]:
    reference = load("classification")
    declared = reference["declared"]
    said, text = pl.col("declared_type"), pl.col("declared_type_text")
    is_said = said.is_not_null() & ~said.is_in(declared["ignored"])
    plain = (said == "server") & text.str.to_lowercase().is_in(declared["plain"]).fill_null(True)
    trusted = pl.when(plain).then(declared["plain_confidence"]).otherwise(declared["confidence"])
    confidences = {one["id"]: one["confidence"] for one in reference["corrections"]}
    disputed = pl.col("rival_weight") > pl.col("weight") - reference["margin"]
    judged = pl.col("rule").is_not_null() & ~disputed.fill_null(False)
    stated = pl.when(text.is_null()).then(pl.lit("type:stated")).otherwise(pl.lit("type:declared"))
    by_rule = (pl.col("rule_type"), pl.col("weight"), pl.format("type:rule/{}", "rule"))
    cases = [
        (
            pl.col("corrected").is_not_null(),
            pl.col("corrected"),
            _weighed("correction", confidences),
            pl.coalesce(
                pl.format("type:corrected/{}/{}", "correction", "corrected_by"),
                pl.format("type:hosted/{}", "correction"),
            ),
        ),
        (is_said, said, trusted, stated),
        (judged & (pl.col("weight") > declared["head_confidence"]), *by_rule),
        (
            pl.col("within").is_not_null(),
            pl.col("within"),
            pl.lit(declared["head_confidence"]),
            pl.lit("type:within"),
        ),
        (judged, *by_rule),
        (
            pl.col("rival").is_not_null(),
            pl.lit("unknown"),
            pl.lit(0.0),
            pl.format("type:disputed/{}/{}", "rule", "rival"),
        ),
        (pl.lit(True), pl.lit("unknown"), pl.lit(0.0), pl.lit("type:open")),
    ]
    return [
        pl.coalesce(pl.when(case[0]).then(case[at]) for case in cases).alias(name)
        for at, name in enumerate(JUDGED[:3], start=1)
    ] + [pl.col("declared_type_text")]


def _virtual(facts: pl.DataFrame, matches: pl.DataFrame) -> list[pl.Expr]:
    """Whether it is virtual, and the code of what tells."""
    reference = load("classification")["virtual"]
    by_type = pl.col("type").replace_strict(
        reference["types"], default=None, return_dtype=pl.Boolean
    )
    rule = pl.lit(matches.select(rule=pl.coalesce(map(_when, reference["by"])))["rule"])
    by_rule = rule.replace_strict(reference["by"], default=None, return_dtype=pl.Boolean)
    hosts = pl.col("type").is_in(["server", "unknown"])
    physical = (pl.col("type") == "server") & pl.col("declared_type_text").str.contains(
        reference["physical_words"]
    )
    cases = [
        (by_type.is_not_null(), by_type, pl.format("virtual:of_type/{}", "type")),
        (physical, pl.lit(False), pl.lit("virtual:declared")),
        (hosts & by_rule.is_not_null(), by_rule, pl.format("virtual:rule/{}", rule)),
    ]
    return [
        pl.coalesce(pl.when(case[0]).then(case[at]) for case in cases).alias(name)
        for at, name in enumerate(JUDGED[3:], start=1)
    ]
