"""Observed connections: which side listens, and one relation for all records of a connection."""

from typing import Final

import polars as pl

from discovery_dagster.domain.canonical.cells import TableCells
from discovery_dagster.domain.canonical.endpoints import find_endpoints, same_thing
from discovery_dagster.domain.formats.base import TableFormat
from discovery_dagster.domain.services import ports

_CONNECTION: Final = ("source", "source_address", "target", "target_address", "port", "protocol")
_USER_PORTS = 1024  # below are system ports, on which only services listen (RFC 6335)
_CLIENT_PORTS = 32768  # from here on Linux picks ports for clients; others start higher
_SYN, _SYN_ACK = 2, 18  # bits of TCP flags; AWS adds up those seen in an interval

#: Fields that a flow table may lack.
_OPTIONAL = {
    "source_port": pl.Int32(),
    "port": pl.Int32(),
    "protocol": pl.String(),
    "count": pl.Int64(),
    "first_seen": pl.String(),
    "last_seen": pl.String(),
    "source_detail": pl.List(pl.String()),
    "target_detail": pl.List(pl.String()),
    "tcp_flags": pl.Int64(),
}


def build_flows(
    cells: TableCells, table_format: TableFormat
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Build one relation record for each connection that a table's records observed.

    Returns:
        One row for each source, target, port and protocol (`frames.RELATION_RECORDS` without its
        place, with the `row` and `line` of its first record); problems of unusable records, as
        `PROBLEM`; those that count for nothing, as `SKIPPED`.
    """
    ends = find_endpoints(cells, table_format)
    frame = ends.frame.with_columns(
        pl.lit(None, dtype=dtype).alias(name)
        for name, dtype in _OPTIONAL.items()
        if name not in ends.frame.columns
    )
    if not table_format.directed:
        frame = _face_listener(frame)
    itself = pl.col("row").is_in(frame.filter(same_thing())["row"].implode())
    skipped = frame.filter(itself).select(
        "row", pl.lit("Source and target are the same thing.").alias("reason")
    )
    usable = frame.filter(~itself & ~pl.col("row").is_in(ends.problems["row"].implode()))
    return _aggregate(usable, table_format), ends.problems, skipped


def _face_listener(frame: pl.DataFrame) -> pl.DataFrame:
    """Turn the records of replies, so that the target is the side that listens.

    Flow logs record both directions of a connection, each with its sender as the source.
    """
    reply = pl.coalesce(_reply_by_flags(), _reply_by_ports(), pl.lit(False))
    turned = frame.with_columns(reply.alias("turned"))
    pairs = [
        ("source", "target"),
        ("source_address", "target_address"),
        ("source_type", "target_type"),
        ("source_names_asset", "target_names_asset"),
        ("source_port", "port"),
        ("source_detail", "target_detail"),
    ]
    both = pairs + [(there, here) for here, there in pairs]
    return turned.with_columns(
        pl.when("turned").then(there).otherwise(here).alias(here) for here, there in both
    )


def _reply_by_flags() -> pl.Expr:
    """Who opened the connection, where its first segment was seen; else null."""
    flags = pl.col("tcp_flags")
    return (
        pl.when(flags & _SYN_ACK == _SYN_ACK)
        .then(pl.lit(True))
        .when(flags & _SYN == _SYN)
        .then(pl.lit(False))
    )


def _reply_by_ports() -> pl.Expr:
    """Whether the sender's port is the service's: clients use high ports of no known service."""
    known = ports().get_column("port").drop_nulls().unique().implode()
    sender, receiver = pl.col("source_port"), pl.col("port")
    serves = (sender < _USER_PORTS) | sender.is_in(known)
    is_client = (receiver >= _USER_PORTS) & ~receiver.is_in(known)
    by_service = serves & is_client & (sender < receiver)
    by_range = (sender < _CLIENT_PORTS) & (receiver >= _CLIENT_PORTS) & is_client
    reply: pl.Expr = (by_service | by_range).fill_null(False)
    return reply


def _aggregate(frame: pl.DataFrame, table_format: TableFormat) -> pl.DataFrame:
    detail = pl.concat_str(
        pl.col("source_detail").list.join(" ").replace("", None),
        pl.lit(" → "),
        pl.col("target_detail").list.join(" ").replace("", None),
    )
    return (
        frame.group_by(*_CONNECTION, maintain_order=True)
        .agg(
            pl.col("row", "line", "source_type", "target_type").first(),
            pl.col("source_names_asset", "target_names_asset").first(),
            pl.col("count").fill_null(1).sum(),
            pl.col("first_seen").min(),
            pl.coalesce("last_seen", "first_seen").max().alias("last_seen"),
            detail.drop_nulls().first().alias("detail"),
        )
        .with_columns(
            pl.lit(table_format.evidence).alias("kind"),
            pl.lit(table_format.relation).alias("relation"),
            pl.lit("flow").alias("phrase"),
        )
    )
