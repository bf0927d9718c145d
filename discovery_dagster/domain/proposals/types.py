"""What a model proposes that assets of unknown type are.

The assets stay as judged. Only by setting, and only where one of two rules that disagree says the
same, the model settles the dispute; then the confidence is that rule's, not the model's.
"""

from collections.abc import Mapping
from typing import Any, Final

import polars as pl

from discovery_dagster import reference
from discovery_dagster.domain.classification import open_assets
from discovery_dagster.domain.classification.questions import EVIDENCE
from discovery_dagster.domain.classification.rules import Rule, rules
from discovery_dagster.domain.frames import PROPOSALS, empty
from discovery_dagster.domain.proposals import Answer, Proposer, Question, Usage, frame

UNKNOWN: Final = "unknown"

_DISPUTED: Final = "type:disputed/"


def propose_types(
    assets: pl.DataFrame, proposer: Proposer | None
) -> tuple[pl.DataFrame, pl.DataFrame, Usage | None]:
    """Ask what the assets are of which the rules cannot tell.

    Args:
        assets: as `frames.CLASSIFIED_ASSETS`.
        proposer: the model, or None.

    Returns:
        The assets, of which disputed ones may be settled; the proposals as `frames.PROPOSALS`; and
        what they cost (None without a model).
    """
    if proposer is None:
        return assets, empty(PROPOSALS), None
    open_ = open_assets(assets)
    if open_.is_empty():
        return assets, empty(PROPOSALS), Usage()
    rows = open_.rows(named=True)
    questions = [Question(_facts(row)) for row in rows]
    said = proposer.propose(questions, reference.load("vocabulary")["asset_types"], UNKNOWN)
    agreeing = [
        _agreeing(row["reason"], answer) if proposer.accepts else None
        for row, answer in zip(rows, said.answers, strict=True)
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
    made = frame(about, said.answers, words)
    return _settled(assets, open_, agreeing), made, said.usage


def _facts(row: Mapping[str, Any]) -> dict[str, str | list[str]]:
    return {
        name: row[name] if isinstance(row[name], list) else str(row[name])
        for name in EVIDENCE
        if row[name] not in (None, [])
    }


def _agreeing(reason: str | None, answer: Answer) -> Rule | None:
    """The one of two rules in dispute that says what the model says."""
    if not (reason or "").startswith(_DISPUTED):
        return None
    disputing = (reason or "").removeprefix(_DISPUTED).split("/")
    found = [rules()[name] for name in disputing if rules()[name].type == answer.value]
    return found[0] if found else None


def _settled(
    assets: pl.DataFrame, open_: pl.DataFrame, agreeing: list[Rule | None]
) -> pl.DataFrame:
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
    return joined.with_columns(
        type=pl.coalesce("settled_type", "type"),
        confidence=pl.coalesce("settled_confidence", "confidence"),
        rationale=pl.when(pl.col("settled_code").is_null())
        .then("rationale")
        .otherwise(pl.concat_list("settled_code", others)),
    ).select(assets.columns)
