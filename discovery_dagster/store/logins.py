"""Logins of browsers: each is by a token, and ends with it, in time, or when somebody signs out.

A login remembers the forms that it has sent, so that none takes effect twice.
"""

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


def use_form(database: Database, login: str, form: str) -> bool:
    """Remember that a login has sent a form; return whether this was the first time."""
    with database.gatekeeper() as connection:
        cursor = connection.execute(
            "insert into discovery.sent_form (login, form) values (%s, %s) on conflict do nothing",
            [login, form],
        )
    return cursor.rowcount == 1
