"""Who asks, and what of it they may see: checked before any query of a client's data.

Each check is one call in one thread, which calls the check before it: as dependencies of each other
they would each go to a thread and back, which costs a tenth of what a page of a list does.
"""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, HTTPException, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from itsdangerous import BadSignature, URLSafeSerializer

from discovery_dagster.api.problems import NotFound
from discovery_dagster.api.state import AppState, app_state
from discovery_dagster.api.viewers import Viewer, login_of, token_of
from discovery_dagster.domain.keys import EngagementKey, InvalidKeyError, SessionKey
from discovery_dagster.store import logins
from discovery_dagster.store.database import Database
from discovery_dagster.store.reading.sessions import published

COOKIE = "discovery"


_Bearer = Annotated[
    HTTPAuthorizationCredentials | None,
    Depends(HTTPBearer(auto_error=False, description="A token of `discovery token create`.")),
]


def known_viewer(request: Request, bearer: _Bearer) -> Viewer | None:
    """Return who asks, by bearer token or by the cookie of a login; None without a living one.

    The cookie names a login and is no right of its own: it is worth what its token is, until
    somebody signs out.
    """
    state = app_state(request)
    if bearer is not None:
        return token_of(state.database, bearer.credentials)
    login = signed_in(state, request)
    return login_of(state.database, login) if login else None


def viewer(request: Request, bearer: _Bearer) -> Viewer:
    """Return who asks; the access log names the token by its id.

    Raises:
        HTTPException: 401 without a living token, 429 when it has asked too much.
    """
    known = known_viewer(request, bearer)
    if known is None:
        raise HTTPException(401, "A valid bearer token is needed.", {"WWW-Authenticate": "Bearer"})
    request.state.viewer = known
    app_state(request).limiter.check(known.token)
    return known


def cookie_of(state: AppState, secret: str) -> str | None:
    """Log in by a token's secret; return the cookie's value, None when it is no living token."""
    login = logins.begin(state.database, secret)
    return _serializer(state).dumps(login) if login else None


def signed_in(state: AppState, request: Request) -> str | None:
    """Return the id of the login that the cookie names, which may have ended."""
    try:
        return str(_serializer(state).loads(request.cookies.get(COOKIE, "")))
    except BadSignature:
        return None


def _serializer(state: AppState) -> URLSafeSerializer:
    return URLSafeSerializer(state.secret, salt="login")


def engagement_in_scope(request: Request, engagement: str, bearer: _Bearer) -> EngagementKey:
    """Return the engagement of the path.

    Raises:
        HTTPException: see `viewer`.
        NotFound: when the viewer may not see it, or it is no engagement's name.
    """
    asking = viewer(request, bearer)
    try:
        key = EngagementKey.parse(engagement)
    except InvalidKeyError as error:
        raise NotFound from error
    if not asking.scope.allows(key):
        raise NotFound
    return key


def session_in_scope(
    request: Request, engagement: str, session: str, bearer: _Bearer
) -> SessionKey:
    """Return the session of the path, which exists; the request keeps what it has published.

    Raises:
        HTTPException: see `viewer`.
        NotFound: when there is none that the viewer may see.
    """
    return existing_session(request, engagement_in_scope(request, engagement, bearer), session)


def existing_session(request: Request, engagement: EngagementKey, session: str) -> SessionKey:
    """Return the session of that name; the request keeps what it has published.

    Raises:
        NotFound: when the engagement has none.
    """
    try:
        key = SessionKey.of(engagement, session)
    except InvalidKeyError as error:
        raise NotFound from error
    publications = published(app_state(request).database, key)
    if publications is None:
        raise NotFound
    request.state.publications = publications
    return key


async def asset_of_path(asset: str) -> str:
    """Return the id of the asset of the path.

    Raises:
        NotFound: when it is no id, so that no query is asked about it.
    """
    try:
        return str(UUID(asset))
    except ValueError as error:
        raise NotFound from error


async def _state(request: Request) -> AppState:
    return app_state(request)


async def _database(request: Request) -> Database:
    return app_state(request).database


DatabaseOf = Annotated[Database, Depends(_database)]
StateOf = Annotated[AppState, Depends(_state)]
ViewerOf = Annotated[Viewer, Depends(viewer)]
EngagementOf = Annotated[EngagementKey, Depends(engagement_in_scope)]
AssetOf = Annotated[str, Depends(asset_of_path)]
SessionOf = Annotated[SessionKey, Depends(session_in_scope)]
