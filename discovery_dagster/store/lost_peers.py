"""Connections that hold a lock for as long as their process lives, wherever that is."""

from typing import Any

import psycopg

#: After a minute without an answer the server takes the peer for gone. By default it would be two
#: hours, for which the locks of a machine without power would be held.
_SETTINGS = {"tcp_keepalives_idle": 30, "tcp_keepalives_interval": 10, "tcp_keepalives_count": 3}


def notice_lost_peer(connection: psycopg.Connection[Any]) -> None:
    """Have the server end the connection when its other end is gone; sockets of Unix tell anyway.

    Must be called outside of a transaction, or be committed with it.
    """
    connection.execute("; ".join(f"set {name} = {value}" for name, value in _SETTINGS.items()))
