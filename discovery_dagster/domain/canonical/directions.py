"""Which side of an observed connection listens.

Flow logs record both directions of a connection, each with its sender as the source. The records
of replies are turned, so that the target is the side that listens. What a column of directions says
comes first (`reference/ends.yaml`), then TCP's flags, then the ports.
"""

from collections.abc import Callable, Mapping
from typing import Final

import polars as pl

from discovery_dagster import reference
from discovery_dagster.domain.canonical.rows import Lookup
from discovery_dagster.domain.formats.base import TableFormat
from discovery_dagster.domain.services import ports

#: Fields of a record that tell its direction.
DIRECTION_FIELDS: Final = ("source_port", "port", "tcp_flags")
_USER_PORTS = 1024  # below are system ports, on which only services listen (RFC 6335)
_CLIENT_PORTS = 32768  # from here on Linux picks ports for clients; others start higher
_ENDS: Final = ["source", "target", "protocol"]
_SYN, _SYN_ACK = 2, 18  # bits of TCP flags; AWS adds up those seen in an interval


def direction_hints(frame: pl.DataFrame, field: str, table_format: TableFormat) -> pl.DataFrame:
    """Return what one field of a record says about its direction.

    A record is a reply where its flags say so. Where they say nothing it is one when it went to a
    port that clients use, and that port is at least as high as its sender's port asks for.

    Args:
        frame: with `field`, if the table has it; beside `tcp_flags` may stand `direction`.
        field: `source_port`, `port` or `tcp_flags`.
        table_format: whether the source opened every connection, so that nothing is a reply, or is
            the machine that listed them.

    Returns:
        As long as `frame`: of `source_port` itself and `least`, the least port of a client that it
        may answer; of `port` itself and `client`, the same where clients use it; of `tcp_flags`
        and `direction` whether it is a `reply`. Null where nothing is known.
    """
    if field not in frame.columns:
        frame = frame.with_columns(pl.lit(None, pl.Int64).alias(field))
    hints = _HINTS[field](pl.col(field).cast(pl.Int64))
    if "direction" in frame.columns:
        hints = {
            name: pl.coalesce(_is_reply(table_format.local), hint) for name, hint in hints.items()
        }
    number = [] if field == "tcp_flags" else [pl.col(field).cast(pl.Int64)]
    (name, hint), *_ = hints.items()
    nothing = pl.lit(None, pl.Boolean if field == "tcp_flags" else pl.Int64)
    return frame.select(*number, (nothing if table_format.directed else hint).alias(name))


def may_reply(lookups: Mapping[str, Lookup]) -> bool:
    """Whether a record can be a reply, by what `direction_hints` says of each field.

    Most files name but one side's port, or known services.
    """
    hints = {name: lookups[name].table for name in DIRECTION_FIELDS}
    clients = hints["port"]["client"].count() and hints["source_port"]["least"].count()
    return bool(clients or hints["tcp_flags"]["reply"].any())


def join_replies(connections: pl.DataFrame, *, sender_known: bool) -> pl.DataFrame:
    """Count replies with the connections that they answer, where no single record shows them.

    A record to a port that Linux gives clients is a reply where the same two ends also have a
    connection the other way: to a port of a service, if the sender's port is not known; or to few
    ports of clients, where it went to many, since a service keeps its port and clients change
    theirs. Without such it stays a connection.

    Args:
        connections: as `connections.connect` returns them.
        sender_known: whether the sender's port is known.
    """
    port = pl.col("port")
    client = (port >= _CLIENT_PORTS) & ~port.is_in(_known())
    others = connections.filter(client)
    if others.is_empty():
        return connections
    services = connections.filter(~client & (not sender_known))
    kept_ports = _to_few_ports(others.join(services, on=_ENDS, how="anti", nulls_equal=True))
    opened = pl.concat([services, kept_ports]).sort("row")
    opened = opened.unique(_ENDS, keep="first", maintain_order=True)
    answers = others.join(
        opened.select(source="target", target="source", protocol="protocol", opened="row"),
        on=_ENDS,
        nulls_equal=True,
    )
    if answers.is_empty():
        return connections
    replies = answers.select("opened", "row", "count", "first_seen", "last_seen")
    kept = connections.join(answers.select("row"), on="row", how="anti").with_columns(opened="row")
    joined = (
        pl.concat([kept, replies], how="diagonal")
        .group_by("opened")
        .agg(
            pl.col("source", "target", "port", "protocol").drop_nulls().first(),
            pl.col("row").min(),
            pl.col("count").sum(),
            pl.col("first_seen").min(),
            pl.col("last_seen").max(),
        )
    )
    return joined.select(connections.columns).sort("row")


def _to_few_ports(connections: pl.DataFrame) -> pl.DataFrame:
    """Those to at most half as many ports as there are between the same ends the other way."""
    ports = connections.group_by(_ENDS).agg(pl.col("port").n_unique())
    back = ports.rename({"source": "target", "target": "source", "port": "back"})
    few = ports.join(back, on=_ENDS, nulls_equal=True).filter(2 * pl.col("port") <= pl.col("back"))
    return connections.join(few, on=_ENDS, how="semi", nulls_equal=True)


def _serving(sender: pl.Expr) -> dict[str, pl.Expr]:
    """Services answer any higher port; what is none may still answer those Linux gives clients."""
    serves = (sender < _USER_PORTS) | sender.is_in(_known())
    low = pl.when(sender < _CLIENT_PORTS).then(_CLIENT_PORTS)
    return {"least": pl.when(serves).then(sender + 1).otherwise(low)}


def _asking(receiver: pl.Expr) -> dict[str, pl.Expr]:
    """Clients use high ports; the lower ones only where they are of no known service.

    A client's port may be one on which elsewhere a service listens, such as 50000 of SAP.
    """
    client = (receiver >= _CLIENT_PORTS) | ((receiver >= _USER_PORTS) & ~receiver.is_in(_known()))
    return {"client": pl.when(client).then(receiver)}


def _opening(flags: pl.Expr) -> dict[str, pl.Expr]:
    """Who opened the connection, where its first segment was seen."""
    answer = pl.when(flags & _SYN_ACK == _SYN_ACK).then(pl.lit(True))
    return {"reply": answer.when(flags & _SYN == _SYN).then(pl.lit(False))}


def _is_reply(local: bool) -> pl.Expr:
    """Whether a direction says that the target opened the connection, or that the source did."""
    words = reference.load("ends")["directions"]
    by_target = words["answered"] + (words["inbound"] if local else [])
    by_source = words["opened"] + (words["outbound"] if local else [])
    direction = pl.col("direction").str.strip_chars().str.to_lowercase()
    return (
        pl.when(direction.is_in(by_target))
        .then(pl.lit(True))
        .when(direction.is_in(by_source))
        .then(pl.lit(False))
    )


def _known() -> pl.Expr:
    return pl.lit(ports().get_column("port").drop_nulls().unique().cast(pl.Int64)).implode()


_HINTS: Final[Mapping[str, Callable[[pl.Expr], dict[str, pl.Expr]]]] = {
    "source_port": _serving,
    "port": _asking,
    "tcp_flags": _opening,
}
