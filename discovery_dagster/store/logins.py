"""Logins of browsers: each is by a token, and ends with it, in time, or when somebody signs out."""

import secrets
from datetime import timedelta

from discovery_dagster.store.database import Database
from discovery_dagster.store.tokens import LIVING, hash_of

#: After which a browser has to log in again, whatever its token's end.
LIFETIME = timedelta(hours=12)


def begin(database: Database, secret: str) -> str | None:
    """Begin a login by a token's secret; return its id, None when it is no living token."""
    with database.gatekeeper() as connection:
        connection.execute("delete from discovery.login where expires_at <= now()")
        row = connection.execute(
            "insert into discovery.login (login, token, expires_at)"
            " select %s, token, now() + %s from discovery.access_token"
            f" where hash = %s and {LIVING} returning login",
            [secrets.token_hex(16), LIFETIME, hash_of(secret)],
        ).fetchone()
    return None if row is None else row["login"]


def end(database: Database, login: str) -> None:
    """End a login; one that has ended already stays so."""
    with database.gatekeeper() as connection:
        connection.execute("delete from discovery.login where login = %s", [login])
