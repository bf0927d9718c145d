"""Which type an asset is, by rules that are data.

What a source declares outranks every rule but those that may correct it; rules that disagree, or
none, give `unknown`. Each answer has a code of the rule that gave it, worded in `rationale`.
"""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import polars as pl

from discovery_dagster.domain.classification.distinct import Distinct
from discovery_dagster.domain.classification.evidence import correcting, evidence
from discovery_dagster.domain.classification.matches import Flags, Matches
from discovery_dagster.domain.classification.rules import rules
from discovery_dagster.domain.headers import synonyms
from discovery_dagster.domain.tables.words import AssetType
from discovery_dagster.domain.texts import formatted
from discovery_dagster.domain.words import head_meaning, index_words
from discovery_dagster.reference import load

#: Columns of `classify_types`; `virtual` is null where nothing tells.
TYPE_COLUMNS: Final = ("type", "confidence", "type_code", "virtual", "virtual_code")


def classify_types(declared: Distinct, matches: Matches, hosted: Flags) -> Distinct:
    """Classify each asset by type, and whether it is virtual.

    Args:
        declared: `declared_type` and `declared_type_text`.
        matches: of the rules.
        hosted: of each asset whether something says that it is a host.

    Returns:
        `TYPE_COLUMNS`: `confidence` is 0 to 1, 0 for `unknown`.
    """
    stated = declared.with_rows(declared.rows.with_columns(within=_head(declared.rows)))
    of_hosts = Distinct(pl.DataFrame({"hosted": [False, True]}), hosted.astype(np.intp))
    together = Distinct.together(stated, of_hosts, *evidence(matches))
    weighed = together.rows.with_columns(_corrections()).with_columns(
        _mapped(pl.col("rule"), {rule.id: rule.type for rule in rules().values()}).alias(
            "rule_type"
        ),
        *(_weight(column) for column in ("rule", "rival")),
    )
    return together.with_rows(
        weighed.with_columns(_decision()).select(*TYPE_COLUMNS[:3], *_virtual())
    )


def _head(declared: pl.DataFrame) -> pl.Series:
    """What the last known type word within each text means."""
    heads = index_words(load("classification")["heads"])
    meanings = {**synonyms.type_words(), **heads}
    texts = declared["declared_type_text"]
    types_within = [head_meaning(text, meanings) if text is not None else None for text in texts]
    return pl.Series(types_within, dtype=pl.String).replace(AssetType.UNKNOWN, None)


def _corrections() -> list[pl.Expr]:
    """The correction of what is declared, its rule and type; null where none applies."""
    types = {rule.id: rule.type for rule in rules().values()}
    nothing = pl.lit(None, pl.String)
    correction, corrected_by, corrected = nothing, nothing, nothing
    # The first that applies counts, so that it is the outermost.
    for at, stated in reversed(list(enumerate(load("classification")["corrections"]))):
        applies = _may_correct(stated) & pl.col(f"unless_{at}").is_null()
        if correcting(stated):
            applies &= pl.col(f"by_{at}").is_not_null()
        by = pl.col(f"by_{at}")
        kind = pl.lit(stated["type"]) if "type" in stated else _mapped(by, types)
        correction = pl.when(applies).then(pl.lit(stated["id"])).otherwise(correction)
        corrected_by = pl.when(applies).then(by).otherwise(corrected_by)
        corrected = pl.when(applies).then(kind).otherwise(corrected)
    return [
        correction.alias("correction"),
        corrected_by.alias("corrected_by"),
        corrected.alias("corrected"),
    ]


def _mapped(column: pl.Expr, values: Mapping[str, str]) -> pl.Expr:
    return column.replace_strict(values, default=None, return_dtype=pl.String)


def _weighed(column: pl.Expr, values: Mapping[str, float]) -> pl.Expr:
    return column.replace_strict(values, default=None, return_dtype=pl.Float64)


def _weight(column: str) -> pl.Expr:
    weights = {rule.id: rule.weight for rule in rules().values()}
    return _weighed(pl.col(column), weights).alias(f"{column}_weight")


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


def _decision() -> list[pl.Expr]:
    reference = load("classification")
    declared = reference["declared"]
    declared_type, text = pl.col("declared_type"), pl.col("declared_type_text")
    is_declared = declared_type.is_not_null() & ~declared_type.is_in(declared["ignored"])
    untyped = text.is_null() & (declared_type == AssetType.SERVER)
    plain = text.str.to_lowercase().is_in(declared["plain"]).fill_null(False) | untyped
    trusted = pl.when(plain).then(declared["plain_confidence"]).otherwise(declared["confidence"])
    confidences = {one["id"]: one["confidence"] for one in reference["corrections"]}
    disputed = pl.col("rival_weight") > pl.col("rule_weight") - reference["margin"]
    undisputed = pl.col("rule").is_not_null() & ~disputed.fill_null(False)
    stated = pl.when(text.is_null()).then(pl.lit("type:stated")).otherwise(pl.lit("type:declared"))
    by_rule = (pl.col("rule_type"), pl.col("rule_weight"), formatted("type:rule/{}", "rule"))
    cases = [
        (
            pl.col("corrected").is_not_null(),
            pl.col("corrected"),
            _weighed(pl.col("correction"), confidences),
            pl.coalesce(
                formatted("type:corrected/{}/{}", "correction", "corrected_by"),
                pl.when(pl.col("corrected") == AssetType.UNKNOWN).then(pl.lit("type:unproven")),
                formatted("type:hosted/{}", "correction"),
            ),
        ),
        (is_declared, declared_type, trusted, stated),
        (undisputed & (pl.col("rule_weight") > declared["head_confidence"]), *by_rule),
        (
            pl.col("within").is_not_null(),
            pl.col("within"),
            pl.lit(declared["head_confidence"]),
            pl.lit("type:within"),
        ),
        (undisputed, *by_rule),
        (
            pl.col("rival").is_not_null(),
            pl.lit(AssetType.UNKNOWN),
            pl.lit(0.0),
            formatted("type:disputed/{}/{}", "rule", "rival"),
        ),
        (pl.lit(True), pl.lit(AssetType.UNKNOWN), pl.lit(0.0), pl.lit("type:open")),
    ]
    return [
        pl.coalesce(pl.when(case[0]).then(case[at]) for case in cases).alias(name)
        for at, name in enumerate(TYPE_COLUMNS[:3], start=1)
    ]


def _virtual() -> list[pl.Expr]:
    """Whether it is virtual, and the code of what tells."""
    reference = load("classification")["virtual"]
    kind, rule = pl.col("type"), pl.col("virtual_rule")
    by_type = kind.replace_strict(reference["types"], default=None, return_dtype=pl.Boolean)
    by_rule = rule.replace_strict(reference["by"], default=None, return_dtype=pl.Boolean)
    physical = (kind == AssetType.SERVER) & pl.col("declared_type_text").str.contains(
        reference["physical_words"]
    )
    cases = [
        (by_type.is_not_null(), by_type, formatted("virtual:of_type/{}", kind)),
        (physical, pl.lit(False), pl.lit("virtual:declared")),
        (
            kind.is_in([AssetType.SERVER, AssetType.UNKNOWN]) & by_rule.is_not_null(),
            by_rule,
            formatted("virtual:rule/{}", rule),
        ),
    ]
    return [
        pl.coalesce(pl.when(case[0]).then(case[at]) for case in cases).alias(name)
        for at, name in enumerate(TYPE_COLUMNS[3:], start=1)
    ]
