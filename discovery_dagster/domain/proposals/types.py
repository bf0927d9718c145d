"""What a model proposes that assets of unknown type are. The assets themselves stay as judged."""

from typing import Final

import polars as pl

from discovery_dagster import reference
from discovery_dagster.domain.frames import PROPOSALS, empty
from discovery_dagster.domain.proposals import Proposer, Question, Usage, frame

UNKNOWN: Final = "unknown"

#: What the model is told of an asset. No addresses, serial numbers or people: they tell no type.
_FACTS = ("name", "os_name", "product", "vendor", "model", "applications", "description", "custom")


def propose_types(
    assets: pl.DataFrame, proposer: Proposer | None
) -> tuple[pl.DataFrame, Usage | None]:
    """Ask what the assets are of which the rules cannot tell.

    Args:
        assets: as `frames.CLASSIFIED_ASSETS`.
        proposer: the model, or None.

    Returns:
        The proposals as `frames.PROPOSALS`, and what they cost (None without a model).
    """
    if proposer is None:
        return empty(PROPOSALS), None
    open_ = assets.filter(pl.col("type") == UNKNOWN)
    if open_.is_empty():
        return empty(PROPOSALS), Usage()
    questions = [
        Question({name: row[name] for name in _FACTS if row[name]})
        for row in open_.select(_FACTS).iter_rows(named=True)
    ]
    said = proposer.propose(questions, reference.load("vocabulary")["asset_types"], UNKNOWN)
    about = open_.select(
        "asset_id",
        "name",
        file=pl.lit(None, dtype=pl.String),
        sheet=pl.lit(None, dtype=pl.String),
        column=pl.lit(None, dtype=pl.String),
        field=pl.lit("type"),
        rules="type",
    )
    return frame(about, said.answers, [None] * open_.height), said.usage
