"""What a model proposes that assets of unknown type are.

The assets stay as classified. Only by setting the model settles a dispute between two rules, and
only where it was shown what both of them read and sides with one that reads values of the thing: a
model that saw one side repeats it, and a name is what it goes by itself. The confidence is that
rule's.
"""

import json
from collections.abc import Mapping
from typing import Any, Final

import polars as pl

from discovery_dagster import reference
from discovery_dagster.domain.classification import open_assets
from discovery_dagster.domain.classification.questions import EVIDENCE
from discovery_dagster.domain.classification.rules import Rule, rules
from discovery_dagster.domain.proposals import Answer, Proposer, Question, Usage, frame
from discovery_dagster.domain.proposals.facts import Fact
from discovery_dagster.domain.tables import PROPOSALS, ClassifiedAssets, Proposals, empty
from discovery_dagster.domain.tables.words import AssetType

UNKNOWN: Final = AssetType.UNKNOWN

_DISPUTED: Final = "type:disputed/"

#: What rules read that a question shows: values of the thing, and its name. Of the others, such as
#: its addresses and serial number, a model sees nothing.
_VALUES: Final = frozenset({"hardware", "vendor", "model", "os", "products"})
_NAMES: Final = frozenset({"words", "ending"})


def propose_types(
    assets: ClassifiedAssets, proposer: Proposer | None
) -> tuple[ClassifiedAssets, Proposals, Usage | None]:
    """Ask what the assets are of which the rules cannot tell.

    Args:
        assets: as `tables.CLASSIFIED_ASSETS`.
        proposer: the model, or None.

    Returns:
        The assets, of which disputed ones may be settled; the proposals as `tables.PROPOSALS`; and
        what they cost (None without a model).
    """
    if proposer is None:
        return assets, empty(PROPOSALS), None
    open_ = open_assets(assets)
    if open_.is_empty():
        return assets, empty(PROPOSALS), Usage()
    rows = open_.rows(named=True)
    questions = [Question(_facts(row)) for row in rows]
    response = proposer.propose(questions, reference.load("vocabulary")["asset_types"], UNKNOWN)
    agreeing = [
        _agreeing(row["reason"], answer) if proposer.accepts else None
        for row, answer in zip(rows, response.answers, strict=True)
    ]
    about = open_.select(
        "asset_id",
        "name",
        file=pl.lit(None, dtype=pl.String),
        sheet=pl.lit(None, dtype=pl.String),
        column=pl.lit(None, dtype=pl.String),
        field=pl.lit("type"),
        rules=pl.lit(UNKNOWN),
    )
    words = [f"Rule {rule.id} says the same." if rule else None for rule in agreeing]
    proposals = frame(about, response.answers, words)
    return _with_agreed_types(assets, open_, agreeing), proposals, response.usage


def _facts(row: Mapping[str, Any]) -> dict[str, Fact]:
    return {name: _fact(name, row[name]) for name in EVIDENCE if row[name] not in (None, [])}


def _fact(name: str, value: Any) -> Fact:
    if name == "custom":
        return {header: _text(cell) for header, cell in json.loads(value).items()}
    return value if isinstance(value, list) else str(value)


def _text(cell: Any) -> str:
    """A custom attribute: several where sources have different ones."""
    return "; ".join(map(str, cell)) if isinstance(cell, list) else str(cell)


def _agreeing(reason: str | None, answer: Answer) -> Rule | None:
    """The one of two rules in dispute that bears out what the model says."""
    if not (reason or "").startswith(_DISPUTED):
        return None
    disputing = [rules()[name] for name in (reason or "").removeprefix(_DISPUTED).split("/")]
    if any(rule.field not in _VALUES | _NAMES for rule in disputing):
        return None
    bearing = (rule for rule in disputing if rule.field in _VALUES and rule.type == answer.value)
    return next(bearing, None)


def _with_agreed_types(
    assets: ClassifiedAssets, open_: pl.DataFrame, agreeing: list[Rule | None]
) -> ClassifiedAssets:
    settled = [
        {
            "asset_id": row["asset_id"],
            "settled_type": rule.type,
            "settled_confidence": rule.weight,
            "settled_code": f"type:agreed/{rule.id}",
        }
        for row, rule in zip(open_.iter_rows(named=True), agreeing, strict=True)
        if rule is not None
    ]
    if not settled:
        return assets
    joined = assets.join(pl.DataFrame(settled), on="asset_id", how="left", maintain_order="left")
    others = pl.col("rationale").list.eval(
        pl.element().filter(~pl.element().str.starts_with("type:"))
    )
    agreed = joined.with_columns(
        type=pl.coalesce("settled_type", "type"),
        confidence=pl.coalesce("settled_confidence", "confidence"),
        rationale=pl.when(pl.col("settled_code").is_null())
        .then("rationale")
        .otherwise(pl.concat_list("settled_code", others)),
    )
    return ClassifiedAssets(agreed.select(assets.columns))
