"""Dependencies inferred from hosts that stand in columns of applications which no field stands for.

    Application | Web Tier       | DB Host
    shop        | web-01, web-02 | db-01

Nobody said what such a column means, so what it names is only inferred, and only from cells that
hold nothing but names or addresses of known hosts: a host in a sentence is no dependency.
"""

import json
from collections.abc import Iterator
from functools import cache
from typing import Any, Final

import polars as pl

from discovery_dagster.domain.headers.phrases import is_unrelated
from discovery_dagster.domain.names.index import NameIndex
from discovery_dagster.domain.tables import RELATION_RECORDS, AssetRecords, ClassifiedAssets
from discovery_dagster.domain.tables.words import AssetType, EvidenceKind, Relation
from discovery_dagster.domain.values.addresses import is_address
from discovery_dagster.domain.values.names import read_names
from discovery_dagster.domain.words import fold
from discovery_dagster.reference import load

_OWNERS: Final = (AssetType.APPLICATION, AssetType.SERVICE)
_CELL: Final = {"record": pl.UInt32(), "column": pl.String(), "cell": pl.String()}
_ONE: Final = ["record", "column"]


def infer(records: AssetRecords, assets: ClassifiedAssets, index: NameIndex) -> pl.DataFrame:
    """Return a relation record for each host that a cell of an application names.

    Args:
        records: `ASSET_RECORDS`.
        assets: `CLASSIFIED_ASSETS`, for what is a host.
        index: of the assets.

    Returns:
        `RELATION_RECORDS` of the kind `inferred`, in order of record and column.
    """
    owners = records.filter(
        pl.col("declared_type").is_in(_OWNERS), pl.col("custom", "name").is_not_null()
    )
    cells = pl.DataFrame(_cells(owners), schema=_CELL, orient="row")
    named = cells.select(*_ONE, read_names(cells["cell"]).values.alias("target")).explode("target")
    named = named.drop_nulls("target")
    address = is_address(named["target"])
    named = named.with_columns(
        target_address=named["target"].set(~address, None),
        target=named["target"].set(address, None),
    )
    hosts = assets.filter(pl.col("type").is_in(load("identifiers")["named_by_host"]))["asset_id"]
    ends = named.select(name="target", address="target_address", type=pl.lit(None, pl.String))
    known = index.resolve(ends)["asset_id"].is_in(hosts.implode()).fill_null(value=False)
    whole = named.with_columns(known=known).filter(pl.col("known").all().over(_ONE))
    relations = whole.join(owners, on="record", maintain_order="left").select(
        "file",
        "sheet",
        "line",
        "target",
        "target_address",
        source="name",
        source_type="declared_type",
        source_record="record",
        phrase="column",
        kind=pl.lit(EvidenceKind.INFERRED),
        relation=pl.lit(Relation.DEPENDS_ON),
        source_names_asset=pl.lit(True),
        target_names_asset=pl.lit(False),
        count=pl.lit(1),
        detail=pl.lit("names of hosts"),
    )
    empty = pl.DataFrame(schema=dict(RELATION_RECORDS))
    cast = relations.cast({name: RELATION_RECORDS[name] for name in relations.columns})
    return pl.concat([empty, cast], how="diagonal").unique(maintain_order=True)


def _cells(owners: pl.DataFrame) -> Iterator[tuple[int, str, str]]:
    for record, custom in owners.select("record", "custom").iter_rows():
        for column, cell in json.loads(custom).items():
            excluded = is_unrelated(column) or set(fold(column).split()) & _of_others()
            if cell and not excluded:
                yield record, column, str(cell)


@cache
def _of_others() -> frozenset[str]:
    """Words of headers that tell what a thing was, is to be, or is beside, and of people."""
    headers: Any = load("header_words")
    words = (*headers["of_others"], *headers["record_keeping"], *load("references")["telling"])
    return frozenset(fold(str(word)) for word in words)
