"""Relations whose ends are ids that the records of another file have: lists of nodes and of edges.

    nodes.csv: Id,Label,Type         edges.csv: Source,Target
               1,shop,service                   1,2

As Gephi, Neo4j and databases export graphs. An id says nothing by itself, so each end of a list
must be an id of one and the same list of things; else the ends stay what they are, and name no
asset.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Final

import polars as pl

#: Numbers, and identifiers as databases draw them.
_ID: Final = r"^(?:\d+|[0-9a-fA-F]{32}|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})$"
_ENDS: Final = ("source", "target")


def name_ends(relations: pl.DataFrame, assets: pl.DataFrame) -> pl.DataFrame:
    """Call the ends of lists of ids as the things are called that have these ids.

    Args:
        relations: `RELATION_RECORDS`.
        assets: `ASSET_RECORDS`; ids are among their custom attributes.
    """
    by_id = pl.all_horizontal(pl.col(end).str.contains(_ID).fill_null(False) for end in _ENDS)
    lists = relations.group_by("file", "sheet").agg(by_id.all().alias("by_id")).filter("by_id")
    if lists.is_empty():
        return relations
    parts = relations.with_row_index("at").join(lists, on=["file", "sheet"], nulls_equal=True)
    names = list(_names(assets))
    named = [_named(part, names) for part in parts.partition_by("file", "sheet")]
    told = pl.concat(named).select("at", *_ENDS, *(f"{end}_names_asset" for end in _ENDS))
    return relations.with_row_index("at").update(told, on="at").drop("at")


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
