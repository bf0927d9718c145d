"""Relations whose ends are ids that the records of another file have: lists of nodes and of edges.

    nodes.csv: Id,Label,Type         edges.csv: Source,Target
               1,shop,service                   1,2

As Gephi, Neo4j, Archi and databases export graphs, whatever the columns are called. A number says
nothing by itself, so each end of a list of numbers must be an id of one and the same list of
things; else the ends stay what they are, and name no asset. Ids such as `SRV-001` are rarely
anything else: of those, each that things are called by is replaced, and the others name no asset
where most are.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Final

import polars as pl

from discovery_dagster.domain.tables import AssetRecords, RelationRecords

#: Numbers, and identifiers as databases draw them.
_ID: Final = r"^(?:\d+|[0-9a-fA-F]{32}|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})$"
#: Anything else that has a digit and no space may be an id, or a name.
_MAY_BE_ID: Final = r"^[\w.:{}-]*\d[\w.:{}-]*$"
_NUMBER: Final = r"^\d+$"
_ENDS: Final = ("source", "target")
_NAMES: Final = ("name", "hostname", "fqdn")
_SHARE: Final = 0.5  # least share of the unknown ends of a column that are ids of things


def name_ends(relations: RelationRecords, assets: AssetRecords) -> RelationRecords:
    """Call the ends of lists of ids as the things are called that have these ids.

    Args:
        relations: `RELATION_RECORDS`.
        assets: `ASSET_RECORDS`; ids are among their custom attributes.
    """
    return RelationRecords(_name_other_ends(_name_numbers(relations, assets), assets))


def _name_numbers(relations: pl.DataFrame, assets: pl.DataFrame) -> pl.DataFrame:
    by_id = pl.all_horizontal(pl.col(end).str.contains(_ID).fill_null(False) for end in _ENDS)
    lists = relations.group_by("file", "sheet").agg(by_id.all().alias("by_id")).filter("by_id")
    if lists.is_empty():
        return relations
    parts = relations.with_row_index("at").join(lists, on=["file", "sheet"], nulls_equal=True)
    names = list(_names(assets))
    named = [_named(part, names) for part in parts.partition_by("file", "sheet")]
    updates = pl.concat(named).select("at", *_ENDS, *(f"{end}_names_asset" for end in _ENDS))
    return relations.with_row_index("at").update(updates, on="at").drop("at")


def _named(part: pl.DataFrame, lists: list[Mapping[str, str]]) -> pl.DataFrame:
    wanted = {end for side in _ENDS for end in part[side]}
    fitting = {
        tuple(names[end] for end in sorted(wanted)) for names in lists if wanted <= names.keys()
    }
    if len(fitting) != 1:
        return part.with_columns(pl.lit(False).alias(f"{end}_names_asset") for end in _ENDS)
    called = dict(zip(sorted(wanted), fitting.pop(), strict=True))
    return part.with_columns(pl.col(_ENDS).replace(called))


def _names(assets: pl.DataFrame) -> Iterator[Mapping[str, str]]:
    """The names of the things of each list by each of its columns that tells them apart."""
    for part in assets.filter(pl.col("custom").is_not_null()).partition_by("file", "sheet"):
        columns = defaultdict[str, dict[str, str]](dict)
        for name, custom in part.select("name", "custom").iter_rows():
            for column, cell in json.loads(custom).items():
                columns[column][cell] = name
        yield from (names for names in columns.values() if len(names) == part.height)


def _name_other_ends(relations: pl.DataFrame, assets: pl.DataFrame) -> pl.DataFrame:
    """Call ends by the names of things where they are ids, on the side of a list on its own."""
    if assets["custom"].null_count() == assets.height:
        return relations
    known = {name for column in _NAMES for name in assets[column].drop_nulls()}
    lists: list[Mapping[str, str]] | None = None
    for end in _ENDS:
        open_ends = relations.filter(
            pl.col(f"{end}_record").is_null(),
            pl.col(end).str.contains(_MAY_BE_ID) & ~pl.col(end).str.contains(_NUMBER),
            ~pl.col(end).is_in(known),
        )
        for (file, sheet), part in open_ends.group_by("file", "sheet", maintain_order=True):
            lists = list(_names(assets)) if lists is None else lists
            called = _called(part[end].unique().to_list(), lists)
            if called:
                relations = _with_names(relations, end, file, sheet, part, called)
    return relations


def _called(wanted: list[str], lists: list[Mapping[str, str]]) -> dict[str, str]:
    """The name of each id, nothing where most are of no list; several names for one are none."""
    fitting = [names for names in lists if any(end in names for end in wanted)]
    candidates = {end: {names[end] for names in fitting if end in names} for end in wanted}
    if sum(map(bool, candidates.values())) < _SHARE * len(wanted):
        return {}
    return {end: names.pop() for end, names in candidates.items() if len(names) == 1}


def _with_names(
    relations: pl.DataFrame,
    end: str,
    file: object,
    sheet: object,
    part: pl.DataFrame,
    called: Mapping[str, str],
) -> pl.DataFrame:
    """Name an end of the relations of one list; ids of no thing name no asset."""
    of_list = (
        pl.col("file").eq_missing(pl.lit(file, pl.String))
        & pl.col("sheet").eq_missing(pl.lit(sheet, pl.String))
        & pl.col(end).is_in(part[end].unique().to_list())
        & pl.col(f"{end}_record").is_null()
    )
    no_thing = of_list & ~pl.col(end).is_in(list(called))
    return relations.with_columns(
        pl.when(no_thing).then(pl.lit(False)).otherwise(f"{end}_names_asset").alias(
            f"{end}_names_asset"
        ),
        pl.when(of_list).then(pl.col(end).replace(dict(called))).otherwise(end).alias(end),
    )  # fmt: skip
