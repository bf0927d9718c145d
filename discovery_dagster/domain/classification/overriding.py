"""Decisions put in the place of what sources and rules say, and worded beside it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import polars as pl

from discovery_dagster.domain.classification import sentences
from discovery_dagster.domain.decisions.overrides import SOURCE, Override, concerning, stages, typed
from discovery_dagster.domain.tables import (
    CLASSIFIED_ASSETS,
    PLAN_PLACEMENTS,
    ClassifiedAssets,
    InventoryAssets,
    PlanPlacements,
    conform,
)
from discovery_dagster.domain.tables.words import UNKNOWN
from discovery_dagster.domain.texts import as_text

_DECLARED: Final = ("declared_type", "declared_type_text")


def apply_overrides(
    assets: InventoryAssets,
    decided: Sequence[Override],
    rules: Callable[[pl.DataFrame], pl.DataFrame],
) -> ClassifiedAssets:
    """Classify assets by rules, and let what people decided outrank them.

    What is decided in the place of a source is classified like it: another operating system has
    another end of life. A decided type is taken for declared, so that what follows from it follows.

    Args:
        assets: rows in `INVENTORY_ASSETS`.
        decided: decisions in force, about these assets or others.
        rules: gives rows in `INVENTORY_ASSETS` as rows in `RULE_CLASSIFIED_ASSETS`, each by itself.

    Returns:
        `CLASSIFIED_ASSETS`, in the order of `assets`.
    """
    classified = rules(assets)
    own = concerning(decided, set(assets["asset_id"]), planned=False)
    if not own:
        return _overridden(classified, {})
    ids = sorted({each.asset_id for each in own})
    mask = assets["asset_id"].is_in(ids)
    before = classified.filter(mask)
    anew = rules(_stated(assets.filter(mask), own))
    anew = anew.with_columns(before[name] for name in _DECLARED)
    decisive = [each for each in own if stages()[each.field] != SOURCE]
    anew = _put(anew, decisive)
    certain = {each.asset_id: float(each.value != UNKNOWN) for each in own if each.field == "type"}
    anew = _replaced(anew, "confidence", certain)
    anew = anew.with_columns(_reasons(anew, before, assets.filter(mask), own))
    at = pl.int_range(pl.len(), dtype=pl.UInt32).alias("at")
    numbered = classified.with_columns(at)
    whole = pl.concat([numbered.filter(~mask), anew.with_columns(numbered.filter(mask)["at"])])
    fields: dict[str, list[str]] = {}
    for each in sorted(own, key=lambda each: each.field):
        fields.setdefault(each.asset_id, []).append(each.field)
    return _overridden(whole.sort("at").drop("at"), fields)


def plan(placements: PlanPlacements, decided: Sequence[Override]) -> PlanPlacements:
    """Let decided strategies stand in the place of the hints in `PLAN_PLACEMENTS`."""
    own = concerning(decided, set(placements["asset_id"]), planned=True)
    if not own:
        return placements
    hints = {
        asset: f"{strategy} ({reason.rstrip('.')})"
        for asset, strategy, reason in placements.select(
            "asset_id", "strategy", "strategy_reason"
        ).iter_rows()
    }
    sentences = {each.asset_id: _sentence(each, "rules", hints[each.asset_id]) for each in own}
    put = _replaced(_put(placements, own), "strategy_reason", sentences)
    return conform(put, PLAN_PLACEMENTS)


def _stated(assets: pl.DataFrame, own: Sequence[Override]) -> pl.DataFrame:
    """The assets as their sources would have said what was decided."""
    types = {each.asset_id: each.value for each in own if each.field == "type"}
    stated = _put(assets, [each for each in own if stages()[each.field] == SOURCE])
    stated = _replaced(
        stated,
        "declared_type",
        {asset: value for asset, value in types.items() if value != UNKNOWN},
    )
    typed_here = pl.col("asset_id").is_in(sorted(types))
    return stated.with_columns(declared_type_text=pl.when(~typed_here).then("declared_type_text"))


def _put(frame: pl.DataFrame, own: Sequence[Override]) -> pl.DataFrame:
    """Replace the values of the fields that were decided."""
    values: dict[str, dict[str, Any]] = {}
    for each in own:
        values.setdefault(each.field, {})[each.asset_id] = typed(each.field, each.value)
    for field, chosen in values.items():
        frame = _replaced(frame, field, chosen)
    return frame


def _replaced(frame: pl.DataFrame, column: str, values: Mapping[str, Any]) -> pl.DataFrame:
    """Replace the values of a column in the rows of the assets that have a new one."""
    chosen = pl.DataFrame(
        {"asset_id": list(values), "chosen": list(values.values())},
        schema={"asset_id": pl.String(), "chosen": frame.schema[column]},
    )
    joined = frame.join(chosen, on="asset_id", how="left", maintain_order="left")
    return joined.with_columns(pl.coalesce("chosen", column).alias(column)).drop("chosen")


def _reasons(
    anew: pl.DataFrame, before: pl.DataFrame, stated: pl.DataFrame, own: Sequence[Override]
) -> pl.Series:
    """The rationale of each asset: its codes but those of decided fields, and their sentences.

    Args:
        anew: classified with the decisions, in `RULE_CLASSIFIED_ASSETS`.
        before: classified without them, the same assets in the same order.
        stated: what the sources said of them, in `INVENTORY_ASSETS`.
        own: the decisions.
    """
    source = stated.select("asset_id", *(as_text(stated.schema[name], name) for name in _fields()))
    by_sources = {row["asset_id"]: row for row in source.iter_rows(named=True)}
    by_rules = {row["asset_id"]: row for row in before.iter_rows(named=True)}
    sentences: dict[str, list[str]] = {}
    for each in sorted(own, key=lambda each: (each.asset_id, each.field)):
        if stages()[each.field] == SOURCE:
            sentence = _sentence(each, "sources", by_sources[each.asset_id][each.field])
        else:
            sentence = _sentence(each, "rules", _ruled(by_rules[each.asset_id], each.field))
        sentences.setdefault(each.asset_id, []).append(sentence)
    decided = {(each.asset_id, each.field) for each in own}
    rationales = [
        [
            *(code for code in codes or [] if (asset, code.partition(":")[0]) not in decided),
            *sentences.get(asset, []),
        ]
        for asset, codes in anew.select("asset_id", "rationale").iter_rows()
    ]
    return pl.Series("rationale", rationales, dtype=pl.List(pl.String))


def _fields() -> list[str]:
    return [field for field, stage in stages().items() if stage == SOURCE]


def _ruled(asset: Mapping[str, Any], field: str) -> str | None:
    """What the rules answered, and by which rule."""
    own = {**asset, "rationale": [code for code in asset["rationale"] if _is_of(code, field)]}
    because = " ".join(sentences(own)).rstrip(".")
    value: str | None = asset[field]
    return f"{value or 'nothing'} ({because})" if because else value


def _is_of(code: str, field: str) -> bool:
    return " " not in code and code.startswith(f"{field}:")


def _sentence(each: Override, by: str, before: str | None) -> str:
    what = each.field.replace("_", " ").capitalize()
    return (
        f"{what} {each.value}: set by {each.author} on {each.at:%Y-%m-%d}: "
        f"{each.reason.rstrip('.')}; the {by} said {before or 'nothing'}."
    )


def _overridden(classified: pl.DataFrame, fields: Mapping[str, Sequence[str]]) -> ClassifiedAssets:
    named = pl.DataFrame(
        {"asset_id": list(fields), "overridden": list(fields.values())},
        schema={"asset_id": pl.String(), "overridden": pl.List(pl.String)},
    )
    joined = classified.join(named, on="asset_id", how="left", maintain_order="left")
    return conform(joined.with_columns(pl.col("overridden").fill_null([])), CLASSIFIED_ASSETS)
