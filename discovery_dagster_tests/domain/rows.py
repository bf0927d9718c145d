"""Frames from a few values: what a test does not say is null, an empty list or the default."""

from collections.abc import Mapping
from typing import Any

import polars as pl

from discovery_dagster.domain.tables import (
    ASSET_RECORDS,
    CLASSIFIED_ASSETS,
    EDGES,
    INVENTORY_ASSETS,
    RELATION_RECORDS,
    Schema,
)

Row = Mapping[str, Any]


def frame(schema: Schema, rows: list[Row], **defaults: Any) -> pl.DataFrame:
    """Return the rows in `schema`; absent lists are empty, other absent values null."""
    empty = {name: [] if isinstance(kind, pl.List) else None for name, kind in schema.items()}
    for row in rows:
        assert row.keys() <= empty.keys()
    return pl.DataFrame([{**empty, **defaults, **row} for row in rows], schema=dict(schema))


def asset_records(*rows: Row) -> pl.DataFrame:
    """Records of one file, numbered from 0 and standing from line 2 on."""
    numbered: list[Row] = [{"record": at, "line": at + 2} | row for at, row in enumerate(rows)]
    return frame(ASSET_RECORDS, numbered, file="a.csv", format="generic", detail=False)


def relation_records(*rows: Row) -> pl.DataFrame:
    """Declared relations whose both ends name assets."""
    numbered: list[Row] = [{"line": at + 2} | row for at, row in enumerate(rows)]
    return frame(
        RELATION_RECORDS,
        numbered,
        file="relations.csv",
        kind="declared",
        relation="depends_on",
        count=1,
        source_names_asset=True,
        target_names_asset=True,
    )


def inventory_assets(*rows: Row) -> pl.DataFrame:
    """Things as identity resolution gives them."""
    return frame(INVENTORY_ASSETS, list(rows), named_only=False, records=1)


def classified_assets(*rows: Row) -> pl.DataFrame:
    """Judged things; the id is the name and the type `virtual_machine` where not said."""
    named: list[Row] = [
        {"asset_id": row["name"], "type": "virtual_machine", "eol_status": "unknown"} | dict(row)
        for row in rows
    ]
    return frame(CLASSIFIED_ASSETS, named, named_only=False, records=1, status=None, confidence=1.0)


def edge_rows(*rows: Row) -> pl.DataFrame:
    """Resolved edges between assets whose ids are their names, declared where not said."""
    numbered: list[Row] = [
        {
            "edge": at,
            "source_id": row["source"],
            "target_id": row["target"],
            "evidence": [piece(line=at + 2)],
        }
        | row
        for at, row in enumerate(rows)
    ]
    return frame(
        EDGES,
        numbered,
        relation="depends_on",
        confidence=0.8,
        status="declared_only",
        resolved=True,
    )


def piece(kind: str = "declared", line: int = 2, count: int = 1) -> Row:
    """A piece of evidence of an edge."""
    file = "flows.log" if kind == "observed" else "relations.csv"
    return {"kind": kind, "file": file, "line": line, "count": count}
