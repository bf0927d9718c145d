"""Connections between numbered ends, and the relations that they are in words.

Ends, protocols and moments are numbered so that millions of records can be counted together by
numbers (`rows`), and spelled out for the connections alone.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import polars as pl

from discovery_dagster import reference
from discovery_dagster.domain.canonical.endpoints import same_thing
from discovery_dagster.domain.canonical.rows import CONNECTION, Lookup
from discovery_dagster.domain.formats.base import TableFormat

SIDES: Final = ("source", "target")
MOMENTS: Final = ("first_seen", "last_seen")
_END: Final = ("name", "address", "type", "names_asset", "detail")
#: What makes connections one relation.
_SAME: Final = ("source", "source_address", "target", "target_address", "port", "protocol")


def connect(counted: pl.DataFrame, lookups: Mapping[str, Lookup]) -> pl.DataFrame:
    """Count together the records of one connection.

    Args:
        counted: records that hold the same cells, as `Rows.count` returns them.
        lookups: by each name of `CONNECTION`, which say its number, or null.

    Returns:
        One row for each combination of `CONNECTION`, ordered by `row`: what is counted, and the
        least or greatest of it. The ends and ports of replies are exchanged.
    """
    for name in CONNECTION:
        counted = lookups[name].add_to(counted)
    exchanged = (("source", "target"), ("target", "source"), ("port", "from_port"))
    return (
        counted.with_columns(
            pl.when("is_reply").then(there).otherwise(here).alias(here) for here, there in exchanged
        )
        .group_by(CONNECTION)
        .agg(
            pl.col("row").min(),
            pl.col("count").sum(),
            pl.col("first_seen").min(),
            pl.col("last_seen").max(),
        )
        .sort("row")
    )


def number_ends(*by_side: pl.DataFrame) -> pl.DataFrame:
    """Return each end that is on either side once, as `_END` and its number, `end`."""
    ends = [_ends(frame, side) for frame, side in zip(by_side, SIDES, strict=True)]
    named = pl.concat(ends).filter(pl.coalesce("name", "address").is_not_null())
    return named.unique(maintain_order=True).with_row_index("end")


def _ends(frame: pl.DataFrame, side: str) -> pl.DataFrame:
    detail = f"{side}_detail"
    details = pl.col(detail).list.join(" ").replace("", None) if detail in frame.columns else None
    return frame.select(
        name=side,
        address=f"{side}_address",
        type=f"{side}_type",
        names_asset=f"{side}_names_asset",
        detail=pl.lit(None, pl.String) if details is None else details,
    )


def number_of_ends(frame: pl.DataFrame, side: str, ends: pl.DataFrame) -> pl.DataFrame:
    """Return the number of each row's end in `ends`, called as its side; null where it has none."""
    numbered = _ends(frame, side).join(
        ends, on=_END, how="left", nulls_equal=True, maintain_order="left"
    )
    return numbered.select(pl.col("end").cast(pl.Int64).alias(side))


def distinct_sorted(columns: Iterable[pl.Series | None]) -> pl.Series:
    """Return the distinct values of all columns, sorted: the place of a value is its number."""
    values = [pl.Series(dtype=pl.String), *(one for one in columns if one is not None)]
    return pl.concat(values).drop_nulls().unique().sort()


def places_in(frame: pl.DataFrame, name: str, numbered: pl.Series) -> pl.DataFrame:
    """Return the place of each value of a column in `numbered`; null where there is none."""
    if name not in frame.columns:
        return measure(frame, name)
    places = numbered.alias(name).to_frame().with_row_index("place")
    placed = frame.join(places, on=name, how="left", maintain_order="left")
    return placed.select(pl.col("place").cast(pl.Int64).alias(name))


def measure(frame: pl.DataFrame, name: str) -> pl.DataFrame:
    """Return a column of numbers, of nulls where the frame lacks it."""
    if name in frame.columns:
        return frame.select(name)
    return pl.DataFrame({name: pl.repeat(None, frame.height, dtype=pl.Int64, eager=True)})


def are_broadcast(connections: pl.DataFrame, ends: pl.DataFrame, protocols: pl.Series) -> pl.Series:
    """Whether each went to all hosts of a network whose length nobody says.

    The last address of a /24 may be a host's in a larger network. It is none's where it never sends
    anything, and nothing but datagrams is sent to it.
    """
    pattern = reference.load("ends")["subnet_broadcast"]["pattern"]
    last = ends.filter(pl.col("name").is_null(), pl.col("address").str.contains(pattern))["end"]
    if last.is_empty():
        return pl.repeat(False, connections.height, eager=True).alias("broadcast")
    to_last = pl.col("target").is_in(last.implode())
    protocol = pl.lit(protocols.gather(connections["protocol"]))
    streaming = connections.filter(to_last, protocol != "udp")["target"]
    hosts = pl.concat([streaming, connections["source"]]).unique()
    return connections.select(
        broadcast=to_last & ~pl.col("target").is_in(hosts.implode())
    ).to_series()


def are_same(connections: pl.DataFrame, ends: pl.DataFrame) -> pl.Series:
    """Whether both ends of each are the same thing."""
    both = [_of_end(connections, side, ends, ("name", "address")) for side in SIDES]
    return pl.concat(both, how="horizontal").select(same_thing()).to_series()


def _of_end(
    connections: pl.DataFrame, side: str, ends: pl.DataFrame, facts: Sequence[str]
) -> pl.DataFrame:
    """Return the facts of one end of each, under the names of `tables.RELATION_RECORDS`."""
    return pl.DataFrame(
        [
            ends[what].gather(connections[side]).alias(side if what == "name" else f"{side}_{what}")
            for what in facts
        ]
    )


def as_relations(
    connections: pl.DataFrame,
    ends: pl.DataFrame,
    moments: pl.Series,
    protocols: pl.Series,
    table_format: TableFormat,
) -> pl.DataFrame:
    """Return the relations that connections between numbered ends are."""
    relations = connections.select(
        *("row", "port", "count"),
        protocols.gather(connections["protocol"]).alias("protocol"),
        *(moments.gather(connections[name]).alias(name) for name in MOMENTS),
    )
    relations = pl.concat(
        [relations, *(_of_end(connections, s, ends, _END) for s in SIDES)], how="horizontal"
    )
    detail = pl.concat_str("source_detail", pl.lit(" → "), "target_detail").alias("detail")
    relations = relations.with_columns(detail).drop("source_detail", "target_detail")
    if ends.select("name", "address").is_duplicated().any():
        relations = relations.group_by(*_SAME, maintain_order=True).agg(
            pl.col("row", "source_type", "target_type").first(),
            pl.col("source_names_asset", "target_names_asset").first(),
            pl.col("count").sum(),
            pl.col("first_seen").min(),
            pl.col("last_seen").max(),
            pl.col("detail").drop_nulls().first(),
        )
    return relations.with_columns(
        pl.lit(table_format.evidence).alias("kind"),
        pl.lit(table_format.relation).alias("relation"),
        pl.lit("flow").alias("phrase"),
    )
