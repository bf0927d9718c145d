"""Connections whose other end may be gone without a word, as a machine that loses power."""

from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

#: After a minute without an answer the server takes the peer for gone. By default it would be two
#: hours, for which the locks of a machine without power would be held.
_SETTINGS = {"tcp_keepalives_idle": 30, "tcp_keepalives_interval": 10, "tcp_keepalives_count": 3}


def notice_lost_peer(connection: psycopg.Connection[Any]) -> None:
    """Have the server end the connection when its other end is gone; sockets of Unix tell anyway.

    Must be called outside of a transaction, or be committed with it.
    """
    connection.execute("; ".join(f"set {name} = {value}" for name, value in _SETTINGS.items()))


def noticing_lost_server(url: str) -> str:
    """Return the address with what has us notice within a minute that the server is gone.

    Without it, whoever waits for an answer of a server that lost power waits for two hours. What
    the address says itself stays.
    """
    ours = {name.removeprefix("tcp_"): value for name, value in _SETTINGS.items()}
    return make_conninfo(url, **{**ours, "tcp_user_timeout": 60_000, **conninfo_to_dict(url)})
