"""Whether assets can be moved as they are, and what size they need."""

from typing import NewType

import polars as pl

from discovery_dagster.domain.tables.declaring import amount, count, objects, text, texts, total
from discovery_dagster.domain.tables.table import StepTable
from discovery_dagster.domain.tables.words import Readiness

_VERDICT = text(words=Readiness, doc="Whether it can be moved as it is.")
_TARGET = text(doc="Where to, as in `targets.yaml`; `generic` is any of them.")

AssetReadiness = NewType("AssetReadiness", pl.DataFrame)
READINESS = StepTable[AssetReadiness](
    "readiness",
    doc="One row per machine, database or middleware: whether it can be moved as it is.",
    columns={
        "asset_id": text(key=True, doc="The asset."),
        "readiness": text(words=Readiness, doc="Whether it can be moved as it is, to any target."),
        "targets": objects(
            {"target": _TARGET, "readiness": _VERDICT}, doc="The same of each target."
        ),
        "findings": objects(
            {
                "target": _TARGET,
                "rule": text(doc="Rule of `readiness.yaml`."),
                "readiness": text(words=Readiness, doc="What it says; of `ready` a remark."),
                "sentence": text(doc="What was found, and what to do about it."),
                "file": text(nullable=True, doc="File of the cell; null where nothing states it."),
                "sheet": text(nullable=True, doc="Worksheet of the cell."),
                "line": count(nullable=True, doc="Line of the cell."),
                "column": text(nullable=True, doc="Column or canonical field of the cell."),
                "value": text(nullable=True, doc="What it says."),
            },
            doc="What was found, with the cell that it stands on.",
        ),
        "sized_cores": total(nullable=True, unit="cores", doc="Cores that its use asks for."),
        "sized_memory_gb": amount(unit="GiB", doc="Memory that its use asks for."),
        "sizing": texts(doc="The rule of each size, or why there is none."),
    },
)
