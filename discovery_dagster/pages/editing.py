"""Forms that change something: who may send one, and that each takes effect once.

Each form on an editor's page carries a signed form token. It names the login and the engagement for
which the page was made, so that no other site, person or engagement can use it, and is good once.
Whoever only looks gets none.
"""

import secrets
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, Form, HTTPException, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from itsdangerous import BadData, URLSafeTimedSerializer

from discovery_dagster.api.security import engagement_in_scope
from discovery_dagster.api.state import AppState, app_state
from discovery_dagster.api.viewers import Viewer
from discovery_dagster.domain.errors import InvalidRequestError
from discovery_dagster.domain.keys import EngagementKey
from discovery_dagster.store import logins
from discovery_dagster.store.decisions.log import PAGE

_LOOKS_ONLY = (
    "Your token shows this engagement and decides nothing in it. Whoever gave it to you can make"
    " one for an editor: `discovery token create --role editor`."
)
_FOREIGN = (
    "The form did not come from a page that was shown to you in this sign-in. Nothing has been"
    " done: open the page anew and try again."
)

_NOT_FOR_ALL = (
    "This holds for all engagements of the client, and your token is for some of them. Nothing has"
    " been done: somebody whose token is for the client decides it."
)


class SentBeforeError(InvalidRequestError):
    """A form was sent a second time, as by a second click; the message is one sentence."""

    code = "sent_before"


@dataclass(frozen=True)
class Editor:
    """Who decides: the person that the token names, and where from, as logs say it."""

    name: str
    origin: str


def form_for(shared: AppState, viewer: Viewer, engagement: EngagementKey) -> str | None:
    """Return the form token of a page; None for who may only look."""
    if viewer.login is None or not viewer.role.may_edit:
        return None
    named = [viewer.login, str(engagement), secrets.token_hex(16)]
    return _serializer(shared).dumps(named)


def editor(
    request: Request,
    engagement: str,
    bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(HTTPBearer(auto_error=False))],
    form: Annotated[str, Form()] = "",
) -> Editor:
    """Return who sends the form of a page; after this, the form is used up.

    Raises:
        NotFound: when the viewer may not see the engagement, or there is none.
        HTTPException: 403 for who may only look, and for a form token that is not theirs.
        SentBeforeError: when the form was sent before.
    """
    key = engagement_in_scope(request, engagement, bearer)
    return sender_of(app_state(request), request.state.viewer, key, form)


def sender_of(shared: AppState, viewer: Viewer, engagement: EngagementKey, form: str) -> Editor:
    """Return who sends a form, and use the form up; raises as `editor` does."""
    require_editor(viewer)
    seconds = int(logins.LIFETIME.total_seconds())
    try:
        login, place, number = _serializer(shared).loads(form, max_age=seconds)
    except (BadData, ValueError, TypeError):
        raise HTTPException(HTTPStatus.FORBIDDEN, _FOREIGN) from None
    if (login, place) != (viewer.login, str(engagement)):
        raise HTTPException(HTTPStatus.FORBIDDEN, _FOREIGN)
    if not logins.use_form(shared.database, login, number):
        raise SentBeforeError("This form has been sent already. It took effect the first time.")
    return Editor(viewer.name or viewer.token, f"{PAGE}token {viewer.token}")


def require_editor(viewer: Viewer) -> None:
    """Refuse who may only look.

    Raises:
        HTTPException: 403 when the token is a viewer's.
    """
    if not viewer.role.may_edit:
        raise HTTPException(HTTPStatus.FORBIDDEN, _LOOKS_ONLY)


def may_decide_for_client(viewer: Viewer, engagement: EngagementKey) -> bool:
    """Whether the viewer may decide what holds for all engagements of the engagement's client."""
    return viewer.role.may_edit and viewer.scope.has_client(engagement.client)


def require_client(viewer: Viewer, engagement: EngagementKey) -> None:
    """Refuse who sees some engagements of the client to decide for all of them.

    Raises:
        HTTPException: 403 when the token is not for all engagements of the client.
    """
    if not may_decide_for_client(viewer, engagement):
        raise HTTPException(HTTPStatus.FORBIDDEN, _NOT_FOR_ALL)


def _serializer(shared: AppState) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(shared.secret, salt="form")


EditorOf = Annotated[Editor, Depends(editor)]
