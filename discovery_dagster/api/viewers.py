"""Viewers: whoever a living token, or a login by one, stands for."""

from dataclasses import dataclass

from discovery_dagster.domain.roles import Role
from discovery_dagster.domain.scope import Scope
from discovery_dagster.store import tokens
from discovery_dagster.store.database import Database


@dataclass(frozen=True)
class Viewer:
    """Who asks: a token (id) with its scope, role and name, and the id of a browser's login."""

    token: str
    scope: Scope
    role: Role
    name: str | None
    login: str | None = None


def token_of(database: Database, secret: str) -> Viewer | None:
    """Return whom a token's secret stands for; None when the token does not live."""
    return _viewer(tokens.by_secret(database, secret))


def login_of(database: Database, login: str) -> Viewer | None:
    """Return whom a login stands for; None when it or its token has ended."""
    return _viewer(tokens.by_login(database, login), login)


def is_known(database: Database, viewer: Viewer) -> bool:
    """Whether the viewer's token, and login if any, still live and show the same."""
    if viewer.login is not None:
        return login_of(database, viewer.login) == viewer
    return _viewer(tokens.by_id(database, viewer.token)) == viewer


def _viewer(token: tokens.AccessToken | None, login: str | None = None) -> Viewer | None:
    return Viewer(token.id, token.scope, token.role, token.name, login) if token else None
