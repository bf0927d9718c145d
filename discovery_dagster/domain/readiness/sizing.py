"""Sizes that machines need, from their use where it was measured (`readiness.yaml`, `sizing`).

From the 95th percentile or the peak, never from an average: that hides what has to be met.
"""

from math import ceil
from typing import Any, Final

import polars as pl

from discovery_dagster.reference import load

#: One row per asset of which any use is known.
SIZES: Final = {
    "asset_id": pl.String(),
    "sized_cores": pl.Int64(),
    "sized_memory_gb": pl.Float64(),
    "sizing": pl.List(pl.String()),
}
_PARTS: Final = {"cpu": ("cpu_cores", "cores"), "memory": ("memory_gb", "GiB of memory")}


def sizes(assets: pl.DataFrame, facts: pl.DataFrame) -> pl.DataFrame:
    """Return the sizes of the assets whose use is known, each with the rule that gives it.

    Args:
        assets: `CLASSIFIED_ASSETS`.
        facts: `facts.FACTS`.
    """
    measures = load("readiness")["sizing"]["measures"]
    shares = facts.filter(pl.col("fact").is_in(list(measures))).with_columns(
        pl.col("value").str.replace(",", ".", literal=True).str.extract(r"(\d+(?:\.\d+)?)", 1)
        .cast(pl.Float64).alias("share")
    ).filter(pl.col("share").is_between(0, 100))  # fmt: skip
    known: dict[str, dict[str, float]] = {}
    for asset, fact, share in shares.select("asset_id", "fact", "share").iter_rows():
        known.setdefault(asset, {})[fact] = share
    whole = assets.filter(pl.col("asset_id").is_in(list(known)))
    rows = [_row(asset, known[asset["asset_id"]]) for asset in whole.iter_rows(named=True)]
    return pl.DataFrame(rows, schema=SIZES)


def _row(asset: dict[str, Any], shares: dict[str, float]) -> dict[str, Any]:
    sized: dict[str, float | None] = {}
    sentences = list[str]()
    for part, (column, unit) in _PARTS.items():
        size, sentence = _size(part, unit, asset[column], shares)
        sized[part] = size
        sentences += [sentence] if sentence else []
    cores = sized["cpu"]
    return {
        "asset_id": asset["asset_id"],
        "sized_cores": None if cores is None else int(cores),
        "sized_memory_gb": sized["memory"],
        "sizing": sentences,
    }


def _size(
    part: str, unit: str, whole: float | None, shares: dict[str, float]
) -> tuple[float | None, str | None]:
    """The size of a part, in whole units, and the rule in words; nothing where no use is known."""
    rules = load("readiness")["sizing"]
    for rule in rules["rules"]:
        share = shares.get(f"{part}_{rule['measure']}")
        if share is not None and whole:
            size = float(max(1, ceil(round(whole * share / 100 * rule["headroom"], 6))))
            words = rule["sentence"].format(
                share=f"{share:g}", whole=f"{whole:g}", unit=unit, size=f"{size:g} {unit}"
            )
            return size, words
    average = shares.get(f"{part}_average")
    if average is None:
        return None, None
    return None, rules["only_average"].format(unit=unit, share=f"{average:g}")
