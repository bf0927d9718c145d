"""Notices by which Postgres says what may have changed, as it changes; who hears them looks.

A notice is a key: `acme.dc-exit|s001` of a session, `acme.dc-exit` of an engagement's sessions,
`acme` of a client's. It holds no data, since any login of the database may listen, and shows nobody
anything: a stream is told what its own scope lets it see. Triggers send them, on our tables
(migration 0047) and on Dagster's (`dagster_tables`). They are heard on a connection of their own,
which has neither role nor context.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import psycopg

from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.store.database import Database, DatabaseError, unavailable

#: Seconds between two looks at what somebody follows, while notices arrive: nobody gives notice of
#: a claim that is gone with its process, or of a token that expires.
WITH: Final = 5.0

#: The same while they do not, as when Postgres was just restarted.
WITHOUT: Final = 0.7

#: Concerns every session.
EVERYTHING: Final = ""

_CHANNEL: Final = "discovery"

#: Seconds for which a notice of our own is waited for.
_PATIENCE: Final = 2.0


class NotNotifiedError(DatabaseError):
    """Notices do not arrive, as behind a pooler that does not pass them on."""

    code = "not_notified"


def concerns(notice: str, session: SessionKey) -> bool:
    """Whether what a notice says may have changed a session's state."""
    engagement = session.engagement
    return notice in (EVERYTHING, session.partition_key, str(engagement), engagement.client)


@asynccontextmanager
async def heard(database: Database) -> AsyncIterator[AsyncIterator[str]]:
    """Listen while the block runs; the value yields each notice from now on.

    Raises:
        NotNotifiedError: when a notice of our own does not arrive.
        DatabaseAwayError: when the server cannot be reached, or is gone while we listen.
    """
    try:
        async with await psycopg.AsyncConnection.connect(database.url, autocommit=True) as ear:
            await ear.execute(f"listen {_CHANNEL}")
            await _prove(database, ear)
            yield (notice.payload async for notice in ear.notifies())
    except psycopg.OperationalError as error:
        raise unavailable(error) from error


async def _prove(database: Database, ear: psycopg.AsyncConnection) -> None:
    """Send a notice from another connection: a pooler may take LISTEN and tell nothing."""
    proof = f"proof {secrets.token_hex(8)}"  # no key has a space
    async with await psycopg.AsyncConnection.connect(database.url, autocommit=True) as mouth:
        await mouth.execute("select pg_notify(%s, %s)", [_CHANNEL, proof])
    async for notice in ear.notifies(timeout=_PATIENCE):
        if notice.payload == proof:
            return
    raise NotNotifiedError(
        "DISCOVERY_POSTGRES_URL leads to a connection pooler that passes no notices of Postgres on."
    )


def require(database: Database) -> None:
    """Make sure that notices arrive.

    Raises:
        NotNotifiedError: when they do not.
        DatabaseAwayError: when the server cannot be reached.
    """

    async def hear() -> None:
        async with heard(database):
            return

    asyncio.run(hear())
