"""Frames from a few values: what a test does not say is null, an empty list or the default."""

from collections.abc import Mapping
from typing import Any

import polars as pl

from discovery_dagster.domain import frames

Row = Mapping[str, Any]


def frame(schema: frames.Schema, rows: list[Row], **defaults: Any) -> pl.DataFrame:
    """Return the rows in `schema`; absent lists are empty, other absent values null."""
    empty = {name: [] if isinstance(kind, pl.List) else None for name, kind in schema.items()}
    for row in rows:
        assert row.keys() <= empty.keys()
    return pl.DataFrame([{**empty, **defaults, **row} for row in rows], schema=dict(schema))


def asset_records(*rows: Row) -> pl.DataFrame:
    """Records of one file, numbered from 0 and standing from line 2 on."""
    numbered: list[Row] = [{"record": at, "line": at + 2} | row for at, row in enumerate(rows)]
    return frame(frames.ASSET_RECORDS, numbered, file="a.csv", format="generic", detail=False)


def relation_records(*rows: Row) -> pl.DataFrame:
    """Declared relations whose both ends name assets."""
    numbered: list[Row] = [{"line": at + 2} | row for at, row in enumerate(rows)]
    return frame(
        frames.RELATION_RECORDS,
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
    return frame(frames.INVENTORY_ASSETS, list(rows), named_only=False, records=1)
