"""Dependencies inferred from the text of configuration that stands beside an asset."""

import json
from collections.abc import Iterator
from typing import Any

import polars as pl

from discovery_dagster.domain.names.index import NameIndex
from discovery_dagster.domain.tables import RELATION_RECORDS, AssetRecords
from discovery_dagster.domain.tables.words import EvidenceKind
from discovery_dagster.domain.values.addresses import is_address
from discovery_dagster.domain.values.configuration import read
from discovery_dagster.reference import load


def infer(records: AssetRecords, index: NameIndex) -> pl.DataFrame:
    """Return a relation record for each host that the text of an asset's record names.

    Args:
        records: `ASSET_RECORDS`.
        index: of the assets; decides which of the mentions that count only then lead to one.

    Returns:
        `RELATION_RECORDS` of the kind `inferred`, in order of record and column.
    """
    rules = load("connection_strings")
    columns = [name for name in rules["columns"] if name in records.columns]
    hinted = records.filter(
        pl.any_horizontal(pl.col(name).str.contains(rules["hints"]) for name in columns).fill_null(
            False
        ),
        pl.coalesce("name", "hostname", "fqdn").is_not_null(),
    )
    rows = [row for record in hinted.iter_rows(named=True) for row in _relations(record, columns)]
    relations = pl.DataFrame(rows, schema={**RELATION_RECORDS, "known": pl.Boolean()}, orient="row")
    if relations.is_empty():
        return relations.drop("known")
    ends = relations.select(name="target", address="target_address", type=pl.lit(None, pl.String))
    there_is = index.resolve(ends)["asset_id"].is_not_null()
    return (
        relations.filter(there_is | ~relations["known"]).drop("known").unique(maintain_order=True)
    )


def _relations(record: dict[str, Any], columns: list[str]) -> Iterator[tuple[Any, ...]]:
    """The relations that one record's text names, in the columns of `RELATION_RECORDS`."""
    name = record["name"] or record["hostname"] or record["fqdn"]
    for column, text in _texts(record, columns):
        for mention in read(text):
            host = mention.host
            address = host if bool(is_address(pl.Series([host], dtype=pl.String))[0]) else None
            row = {
                "file": record["file"],
                "sheet": record["sheet"],
                "line": record["line"],
                "kind": EvidenceKind.INFERRED,
                "relation": mention.relation,
                "phrase": column,
                "source": name,
                "source_type": record["declared_type"],
                "source_record": record["record"],
                "target": None if address else host,
                "target_address": address,
                "source_names_asset": True,
                "target_names_asset": False,
                "port": mention.port,
                "protocol": "tcp" if mention.port else None,
                "count": 1,
                "detail": mention.syntax,
            }
            yield (*(row.get(field) for field in RELATION_RECORDS), mention.known)


def _texts(record: dict[str, Any], columns: list[str]) -> Iterator[tuple[str, str]]:
    """The texts to look at, each with the column that it stands in."""
    for column in columns:
        if column != "custom":
            if record[column]:
                yield column, record[column]
        elif record["custom"]:
            cells = json.loads(record["custom"])
            yield from ((name, str(cell)) for name, cell in cells.items() if cell)
