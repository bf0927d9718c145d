"""Tokens of the read API: random, shown once, kept as hashes, looked up at every request."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from psycopg.rows import DictRow

from discovery_dagster.domain.errors import AbsentError, InvalidRequestError
from discovery_dagster.domain.keys import EngagementKey
from discovery_dagster.domain.roles import Role
from discovery_dagster.domain.scope import Scope
from discovery_dagster.store.database import Database

#: So that a token is recognised as one where it does not belong, as by scanners for secrets.
_PREFIX = "dsc_"

#: What holds of a token that may be used.
LIVING = "revoked_at is null and expires_at > now()"

_COLUMNS = "token, client, engagements, role, name, created_at, created_by, expires_at, revoked_at"


class NoSuchTokenError(AbsentError):
    """There is no token of this id; the message is one sentence."""

    code = "no_such_token"


class NamelessEditorError(InvalidRequestError):
    """A token lets somebody decide whom nobody has named; the message is one sentence."""

    code = "nameless_editor"


@dataclass(frozen=True)
class AccessToken:
    """A token as it is known afterwards: without its secret.

    `name` is of the person whom it is for: it stands beside what they decide.
    """

    id: str
    scope: Scope
    role: Role
    name: str | None
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    created_by: str | None = None  # in the browser


def create(
    database: Database,
    scope: Scope,
    lifetime: timedelta,
    role: Role = Role.VIEWER,
    name: str | None = None,
    created_by: str | None = None,
) -> tuple[AccessToken, str]:
    """Make a token; the second value is its secret, which nobody can look up later.

    Raises:
        NamelessEditorError: when it may edit and nobody is named.
    """
    if role.may_edit and not (name or "").strip():
        raise NamelessEditorError(
            f"A token of an {role} needs the name of a person: it stands beside what they decide."
        )
    # 256 random bits need no slow hash: there is nothing to guess (NIST SP 800-63B, section 5.1).
    secret = _PREFIX + secrets.token_urlsafe(32)
    with database.gatekeeper() as connection:
        row = connection.execute(
            "insert into discovery.access_token"
            " (token, hash, client, engagements, role, name, created_by, expires_at)"
            f" values (%s, %s, %s, %s, %s, %s, %s, now() + %s) returning {_COLUMNS}",
            [
                secrets.token_hex(6),
                hash_of(secret),
                scope.client,
                list(scope.engagements),
                role,
                name,
                created_by,
                lifetime,
            ],
        ).fetchone()
    assert row is not None  # noqa: S101 - the statement returns one row
    return _token(row), secret


def by_secret(database: Database, secret: str) -> AccessToken | None:
    """Return the living token of this secret."""
    return _living(database, "hash = %s", hash_of(secret))


def by_id(database: Database, token: str) -> AccessToken | None:
    """Return the living token of this id."""
    return _living(database, "token = %s", token)


def by_login(database: Database, login: str) -> AccessToken | None:
    """Return the living token of a login that has not ended."""
    return _living(
        database,
        "token = (select token from discovery.login where login = %s and expires_at > now())",
        login,
    )


def listed(database: Database, *, living: bool = False) -> list[AccessToken]:
    """List tokens, the newest first: those that live, or expired and revoked ones, too."""
    which = LIVING if living else "true"
    with database.gatekeeper() as connection:
        rows = connection.execute(
            f"select {_COLUMNS} from discovery.access_token where {which}"
            " order by created_at desc, token"
        ).fetchall()
    return [_token(row) for row in rows]


def revoke(database: Database, token: str, revoked_by: str | None = None) -> None:
    """Let a token be of no use from now on.

    Raises:
        NoSuchTokenError: when there is none of this id.
    """
    with database.gatekeeper() as connection:
        cursor = connection.execute(
            "update discovery.access_token set revoked_at = coalesce(revoked_at, now()),"
            " revoked_by = coalesce(revoked_by, %s) where token = %s",
            [revoked_by, token],
        )
    if cursor.rowcount == 0:
        raise NoSuchTokenError(f"There is no token {token!r}: `discovery token list` shows all.")


def prolong(database: Database, token: str, lifetime: timedelta) -> None:
    """Let a token that nobody revoked live for `lifetime` from now on, also one that has expired.

    Raises:
        NoSuchTokenError: when there is none of this id.
    """
    with database.gatekeeper() as connection:
        cursor = connection.execute(
            "update discovery.access_token set expires_at = now() + %s"
            " where token = %s and revoked_at is null",
            [lifetime, token],
        )
    if cursor.rowcount == 0:
        raise NoSuchTokenError(f"There is no token {token!r} that could be prolonged.")


def forget(database: Database, engagement: EngagementKey) -> int:
    """Take an erased engagement out of every token; return how many were for it alone.

    Those are deleted: without engagements they would be for all of their client.
    """
    values = {"client": engagement.client, "engagement": engagement.engagement}
    with database.gatekeeper() as connection:
        deleted = connection.execute(
            "delete from discovery.access_token"
            " where client = %(client)s and engagements = array[%(engagement)s]::text[]",
            values,
        )
        connection.execute(
            "update discovery.access_token"
            " set engagements = array_remove(engagements, %(engagement)s)"
            " where client = %(client)s and %(engagement)s = any (engagements)",
            values,
        )
    return deleted.rowcount


def _living(database: Database, condition: str, value: object) -> AccessToken | None:
    with database.gatekeeper() as connection:
        row = connection.execute(
            f"select {_COLUMNS} from discovery.access_token where {condition} and {LIVING}",
            [value],
        ).fetchone()
    return None if row is None else _token(row)


def hash_of(secret: str) -> bytes:
    """Return what is kept of a token's secret."""
    return hashlib.sha256(secret.encode()).digest()


def _token(row: DictRow) -> AccessToken:
    scope = Scope(row["client"], tuple(row["engagements"]))
    return AccessToken(
        row["token"],
        scope,
        Role(row["role"]),
        row["name"],
        row["created_at"],
        row["expires_at"],
        row["revoked_at"],
        row["created_by"],
    )
