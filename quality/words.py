"""What texts of single cells are said to mean: environments, tiers, systems, products and so on.

`truth/words.csv` has texts as sources write them, labelled before they were judged; an empty truth
means that the text tells nothing. A text that is left open is a miss, never wrong.
"""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import polars as pl

from discovery_dagster.domain.classification import classify
from discovery_dagster.domain.tables import INVENTORY_ASSETS
from quality.derive import AS_OF
from quality.figures import Figure

PRECISION, RECALL = 0.98, 0.9

_TRUTH: Final = Path(__file__).parent / "truth" / "words.csv"

#: The column of an asset in which the text of each kind stands.
_COLUMNS: Final = {"product": "product", "environment": "environment", "tier": "tier",
                   "criticality": "criticality"}  # fmt: skip


def figures(_data: Path) -> Iterator[Figure]:
    """Measure each kind of text; there is nothing of it in the labelled files."""
    with _TRUTH.open(encoding="utf-8", newline="") as file:
        labels = list(csv.DictReader(file))
    answers = classify(_assets(labels), AS_OF).rows(named=True)
    by_word: dict[str, list[tuple[str, str]]] = {}
    for label, asset in zip(labels, answers, strict=True):
        by_word.setdefault(label["kind"], []).append(
            (_answer(label["kind"], asset), label["truth"])
        )
    for kind, pairs in by_word.items():
        right = sum(answer == truth for answer, truth in pairs if truth)
        given = sum(bool(answer) for answer, _ in pairs)
        true = sum(bool(truth) for _, truth in pairs)
        detail = f"{right} right of {given} answered, {true} true"
        yield Figure(kind, "precision of texts", right / given, PRECISION, detail)
        yield Figure(kind, "recall of texts", right / true, RECALL, detail)


def _assets(labels: list[dict[str, str]]) -> pl.DataFrame:
    rows = [
        {
            "asset_id": str(at),
            "named_only": False,
            "name": "x",
            "declared_type": "application" if label["kind"] == "product" else "server",
            "records": 1,
            "ip_addresses": [],
            "mac_addresses": [],
            "applications": [],
            _COLUMNS.get(label["kind"], "os_name"): label["text"],
            **({"os_version": label["version"]} if label["version"] else {}),
        }
        for at, label in enumerate(labels)
    ]
    return pl.DataFrame(rows, schema=dict(INVENTORY_ASSETS))


def _answer(kind: str, asset: dict[str, Any]) -> str:
    """What was said, empty where nothing was."""
    if kind == "product":
        software = asset["software"]
        return software[0]["name"] if software else ""
    if kind == "eol_status" and asset["os_family"] is None:
        return ""
    if kind in ("os_name", "os_version") and asset["os_family"] is None:
        return ""
    value = asset[kind]
    return "" if value in (None, "unknown") else str(value)
