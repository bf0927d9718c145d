"""What lists say that name applications beside other things: that there are such, and where.

A list of servers with a column of applications declares each of these, and that it runs there. What
its record needs that is an application, the record's application needs: servers need no names.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import polars as pl

from discovery_dagster import reference
from discovery_dagster.domain.names.applications import ApplicationNames
from discovery_dagster.domain.tables import RELATION_RECORDS, AssetRecords, RelationRecords, conform
from discovery_dagster.domain.tables.words import AssetType, EvidenceKind, Relation

_APPLICATION: Final = AssetType.APPLICATION


def declare(
    assets: AssetRecords, relations: RelationRecords
) -> tuple[AssetRecords, RelationRecords]:
    """Read the applications that records name, and relate these to them.

    Args:
        assets: `ASSET_RECORDS`.
        relations: `RELATION_RECORDS`.

    Returns:
        Both, with each application called by one name; and behind the declared relations those
        of applications to the records that name them.
    """
    if not (assets["applications"].list.len() > 0).any():
        return assets, relations
    names = _names(assets)
    distinct = assets["applications"].explode().drop_nulls().unique().to_list()
    read = {text: names.read(text) for text in distinct}
    assets = AssetRecords(assets.with_columns(_replaced(assets["applications"], read)))
    needs = _of_applications(relations, assets, names)
    declared = needs["kind"] == EvidenceKind.DECLARED
    members = _members(assets)
    parts = [needs.filter(declared), members, needs.filter(~declared)]
    return assets, RelationRecords(pl.concat(parts))


def _names(assets: pl.DataFrame) -> ApplicationNames:
    own = assets.filter(pl.col("declared_type") == _APPLICATION).drop_nulls("name")
    named = assets["applications"].explode().drop_nulls()
    return ApplicationNames.of(own.select("name", "aliases").iter_rows(), named.to_list())


def _replaced(applications: pl.Series, read: Mapping[str, Sequence[str]]) -> pl.Series:
    """Return lists of applications with each name as it is read, once each."""
    lists = [
        list(dict.fromkeys(name for text in texts for name in read[text]))
        for texts in applications.to_list()
    ]
    return pl.Series("applications", lists, dtype=pl.List(pl.String))


def _members(assets: pl.DataFrame) -> pl.DataFrame:
    """Say of each application that it runs on, or needs, what names it."""
    rules = reference.load("applications")
    named = (
        assets.filter(~pl.col("declared_type").is_in(rules["not_members"]).fill_null(False))
        .select("record", "file", "sheet", "line", "name", "declared_type", "applications")
        .explode("applications")
        .drop_nulls(["applications", "name"])
    )
    nothing = {column: pl.lit(None, dtype) for column, dtype in RELATION_RECORDS.items()}
    stated = {
        "kind": pl.lit(EvidenceKind.DECLARED),
        "relation": pl.col("declared_type").replace_strict(
            rules["relations"], default="runs_on", return_dtype=pl.String
        ),
        "phrase": pl.lit("Application"),
        "source": pl.col("applications"),
        "source_type": pl.lit(_APPLICATION),
        "target": pl.col("name"),
        "target_type": pl.col("declared_type"),
        "target_record": pl.col("record"),
        "source_names_asset": pl.lit(value=True),
        "target_names_asset": pl.lit(value=True),
        "count": pl.lit(1, pl.Int64),
        **{column: pl.col(column) for column in ("file", "sheet", "line")},
    }
    rows = named.select(**{**nothing, **stated})
    return conform(rows, RELATION_RECORDS)


def _of_applications(
    relations: pl.DataFrame, assets: pl.DataFrame, names: ApplicationNames
) -> pl.DataFrame:
    """Give needs of applications that the record of one application's thing states to that."""
    single = assets.filter(
        pl.col("applications").list.len() == 1,
        pl.col("declared_type").ne_missing(pl.lit(_APPLICATION)),
    )
    of_record = dict(single.select("record", pl.col("applications").list.first()).iter_rows())
    if not of_record:
        return relations
    ends = pl.concat([relations["source"], relations["target"]]).drop_nulls().unique()
    called = {text: name for text in ends if (name := names.find(text)) is not None}
    needs = pl.col("relation").is_in([Relation.DEPENDS_ON, Relation.CONNECTS_TO]) & (
        pl.col("kind") == EvidenceKind.DECLARED
    )
    for here, there in (("source", "target"), ("target", "source")):
        application = pl.col(f"{here}_record").replace_strict(
            of_record, default=None, return_dtype=pl.String
        )
        other = pl.col(there).replace_strict(called, default=None, return_dtype=pl.String)
        about = needs & application.is_not_null() & other.is_not_null()
        relations = relations.with_columns(
            pl.when(about).then(application).otherwise(here).alias(here),
            pl.when(about).then(None).otherwise(f"{here}_record").alias(f"{here}_record"),
            pl.when(about)
            .then(pl.lit(_APPLICATION))
            .otherwise(f"{here}_type")
            .alias(f"{here}_type"),
            pl.when(about).then(other).otherwise(there).alias(there),
        )
    itself = needs & (pl.col("source") == pl.col("target"))
    return relations.filter(~itself.fill_null(value=False))
