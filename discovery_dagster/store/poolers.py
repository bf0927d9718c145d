"""A pooler between us and Postgres that keeps no session, which nothing here could work through.

A claim is an advisory lock, held by a session of the server for as long as its run lives. A pooler
in transaction mode, such as PgBouncer's `pool_mode = transaction`, gives each transaction whatever
session is free: locks would stay with strangers, and two runs could write one session.
"""

import psycopg

from discovery_dagster.domain.errors import OperationError

#: How often it is looked at whether sessions are shared: others may take one in between.
_LOOKS = 5


class PoolerError(OperationError):
    """A pooler that keeps no session; the message is one sentence."""

    code = "pooler"


def refuse(url: str) -> None:
    """Look whether connections to `url` keep their session of the server.

    A pooler in session mode is let pass. Costs one query where there is no pooler: only then is the
    process that greets a connection the one that answers it.

    Raises:
        PoolerError: when they do not.
        psycopg.OperationalError: when the server cannot be reached.
    """
    with psycopg.connect(url, autocommit=True) as connection:
        if _backend(connection) == connection.info.backend_pid:
            return
        with psycopg.connect(url, autocommit=True) as other:
            seen = [(_backend(connection), _backend(other)) for _ in range(_LOOKS)]
    ours, others = map(set, zip(*seen, strict=True))
    if len(ours) > 1 or ours & others:
        raise PoolerError(
            "DISCOVERY_POSTGRES_URL leads to a connection pooler in transaction mode, which cannot"
            " hold the locks that keep two runs apart: name the Postgres server itself, or set the"
            " pooler to session mode."
        )


def _backend(connection: psycopg.Connection) -> int:
    row = connection.execute("select pg_backend_pid()").fetchone()
    if row is None:
        raise psycopg.OperationalError("the server names no process that answers")
    return int(row[0])
