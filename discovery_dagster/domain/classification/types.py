"""Which type an asset is, by rules that are data.

A declared type outranks every rule but those that read virtual hardware; rules that disagree, or
none, give `unknown`.
"""

from typing import Any, Final

import polars as pl

from discovery_dagster.domain.identity.merging import LISTS
from discovery_dagster.reference import load

#: Columns of `judge_types`.
JUDGED: Final = ("type", "confidence", "type_reason")


def judge_types(assets: pl.DataFrame) -> pl.DataFrame:
    """Judge the type of each asset.

    Args:
        assets: rows in `INVENTORY_ASSETS` with `words` (as `tokens.words`), `os_kind` and
            `product_kind` (what `software.recognise` says).

    Returns:
        The same rows in the same order with `JUDGED`: `confidence` is 0 to 1, 0 for `unknown`.
    """
    rules = load("classification")["rules"]
    facts = assets.with_columns(hosted=_has_host_facts())
    matches = facts.select(_matches(rule, facts).alias(rule["id"]) for rule in rules)
    best = _best(matches, rules)
    judged = pl.concat([facts, best], how="horizontal").with_columns(
        corrected=_correction(matches, rules)
    )
    return judged.with_columns(_decision()).drop("hosted", *best.columns, "corrected")


def _has_host_facts() -> pl.Expr:
    return pl.any_horizontal(_given(field) for field in load("classification")["host_fields"])


def _given(field: str) -> pl.Expr:
    return pl.col(field).list.len() > 0 if field in LISTS else pl.col(field).is_not_null()


def _matches(rule: dict[str, Any], facts: pl.DataFrame) -> pl.Series:
    columns = {"os": "os_kind", "product": "product_kind"}
    found = _contains(facts[columns.get(rule["field"], rule["field"])], rule["pattern"])
    if rule.get("alone"):
        found &= ~facts["hosted"]
    return found.fill_null(value=False)


def _contains(values: pl.Series, pattern: str) -> pl.Series:
    """Whether each value matches, each distinct one read once; of a list, whether all do."""
    if values.dtype == pl.List:
        flat = values.to_frame("value").with_row_index("row").explode("value").drop_nulls()
        every = flat.with_columns(found=_contains(flat["value"], pattern))
        matched = every.group_by("row").agg(pl.col("found").all())
        rows = pl.DataFrame({"row": range(len(values))}, schema={"row": pl.UInt32})
        return rows.join(matched, on="row", how="left", maintain_order="left")["found"]
    if values.name == "words":  # nearly all distinct
        return values.str.contains(pattern)
    distinct = values.unique()
    return values.is_in(distinct.filter(distinct.str.contains(pattern)).to_list())


def _best(matches: pl.DataFrame, rules: list[dict[str, Any]]) -> pl.DataFrame:
    """The heaviest rule of each asset, and the heaviest of a type that it contradicts."""
    order = sorted(rules, key=lambda rule: -rule["weight"])
    includes = load("classification")["includes"]
    first = matches.select(rule=pl.coalesce(_when(rule) for rule in order))
    weights = {rule["id"]: rule["weight"] for rule in rules}
    types = {rule["id"]: rule["type"] for rule in rules}
    named = first.with_columns(
        rule_type=pl.col("rule").replace_strict(types, default=None, return_dtype=pl.String),
        weight=pl.col("rule").replace_strict(weights, default=None, return_dtype=pl.Float64),
    )
    agreeing = {kind: [kind, *includes.get(kind, [])] for kind in set(types.values())}
    rivals = pl.concat([matches, named], how="horizontal").select(
        rival=pl.coalesce(
            pl.when(
                pl.col(rule["id"]),
                ~pl.col("rule_type").is_in(
                    sorted(kind for kind, agreed in agreeing.items() if rule["type"] in agreed)
                ),
            ).then(pl.lit(rule["id"]))
            for rule in order
        )
    )
    rival_weight = pl.col("rival").replace_strict(weights, default=None, return_dtype=pl.Float64)
    return pl.concat([named, rivals.with_columns(rival_weight=rival_weight)], how="horizontal")


def _when(rule: dict[str, Any]) -> pl.Expr:
    return pl.when(pl.col(rule["id"])).then(pl.lit(rule["id"]))


def _correction(matches: pl.DataFrame, rules: list[dict[str, Any]]) -> pl.Series:
    """The rule that may correct a declared type, null where none matches."""
    allowed = load("classification")["correction"]["by"]
    correcting = [_when(rule) for rule in rules if rule["id"] in allowed]
    return matches.select(pl.coalesce(correcting).alias("corrected")).to_series()


def _decision() -> list[pl.Expr]:
    reference = load("classification")
    declared = reference["declared"]
    said = pl.col("declared_type")
    is_said = said.is_not_null() & ~said.is_in(declared["ignored"])
    correction = reference["correction"]
    corrected = (
        (said == correction["declared"])
        & pl.col("corrected").is_not_null()
        & ~pl.col("declared_type_text").str.contains(correction["unless"]).fill_null(False)
    )
    disputed = pl.col("rival_weight") > pl.col("weight") - reference["margin"]
    judged = pl.col("rule").is_not_null() & ~disputed.fill_null(False)
    cases = [
        (corrected, pl.lit(correction["type"]), pl.lit(correction["confidence"]), _corrected()),
        (is_said, said, pl.lit(declared["confidence"]), _declared()),
        (judged, pl.col("rule_type"), pl.col("weight"), _by_rule("rule", "rule_type")),
        (pl.lit(True), pl.lit("unknown"), pl.lit(0.0), _unknown()),
    ]
    return [
        pl.coalesce(pl.when(case[0]).then(case[at]) for case in cases).alias(name)
        for at, name in enumerate(JUDGED, start=1)
    ]


def _declared() -> pl.Expr:
    words = pl.coalesce("declared_type_text", "declared_type")
    return pl.format("Type {}: declared as `{}`.", "declared_type", words)


def _corrected() -> pl.Expr:
    told = _by_rule("corrected", pl.lit(load("classification")["correction"]["type"]))
    words = pl.coalesce("declared_type_text", "declared_type")
    return pl.format("{} It is declared as `{}`.", told, words)


def _by_rule(rule: str, kind: str | pl.Expr) -> pl.Expr:
    fields = {one["id"]: one["field"] for one in load("classification")["rules"]}
    field = pl.col(rule).replace_strict(fields, default=None, return_dtype=pl.String)
    return pl.format("Type {}: rule {}, {} `{}`.", kind, rule, _field_name(field), _cell(field))


def _field_name(field: pl.Expr) -> pl.Expr:
    return field.replace({"os": "os_name", "words": "name"})


def _cell(field: pl.Expr) -> pl.Expr:
    """What stands in the field that a rule read."""
    sources = {"os": "os_name", "words": "name"}
    read = sorted({rule["field"] for rule in load("classification")["rules"]})
    return pl.coalesce(
        pl.when(field == name).then(
            pl.col(name).list.join(", ") if name in LISTS else pl.col(sources.get(name, name))
        )
        for name in read
    )


def _unknown() -> pl.Expr:
    telling = load("classification")["telling_fields"]
    missing = pl.concat_str(
        [pl.when(~_given(field)).then(pl.lit(word)) for field, word in telling.items()],
        separator=", ",
        ignore_nulls=True,
    )
    lacking = pl.when(missing != "").then(pl.format("; missing: {}", missing)).otherwise(pl.lit(""))
    disputed = pl.format(
        "Type unknown: the rules {} and {} disagree.", pl.col("rule"), pl.col("rival")
    )
    return pl.coalesce(
        disputed,
        pl.format("Type unknown: no type is declared and no rule decides{}.", lacking),
    )
