"""The token that `discovery up` prints, which lives as long as `up` does."""

import getpass
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta

from discovery_dagster.domain.roles import Role
from discovery_dagster.domain.scope import Scope
from discovery_dagster.store import tokens
from discovery_dagster.store.database import Database, DatabaseError
from discovery_dagster.store.tokens import NoSuchTokenError

#: For how long it outlives an `up` that was killed.
LIFETIME = timedelta(seconds=60)

#: Seconds between two prolongations: an outage of Postgres may cost some.
_INTERVAL = 15


@contextmanager
def local_token(database: Database) -> Iterator[str]:
    """A token for whoever started the services, who may do everything in this home anyway.

    It is short-lived and prolonged again and again, rather than only revoked at the end, so that it
    dies with a process that was killed, whoever still serves the read API.
    """
    token, secret = tokens.create(database, Scope(), LIFETIME, Role.OPERATOR, _account())
    over = threading.Event()
    # A daemon: where the server does not answer, nobody waits for its last statement.
    threading.Thread(target=_keep, args=(database, token.id, over), daemon=True).start()
    try:
        yield secret
    finally:
        over.set()
        with suppress(DatabaseError):
            tokens.revoke(database, token.id)


def _account() -> str:
    """The name of this account, or its number where it has none, as in some containers."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"account {os.getuid()}"


def _keep(database: Database, token: str, over: threading.Event) -> None:
    """Prolong the token until it is revoked or `over`; without Postgres, once it is back."""
    while not over.wait(_INTERVAL):
        with suppress(DatabaseError):
            try:
                tokens.prolong(database, token, LIFETIME)
            except NoSuchTokenError:
                return
