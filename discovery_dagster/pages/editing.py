"""Forms that change something: who may send one, and that each is obeyed once.

A page that an editor sees carries a sealed word in each form. It names the login and the engagement
for which the page was made, so that no other page, person or engagement can use it, and is good
once. Whoever only looks gets none.
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


class SentBeforeError(InvalidRequestError):
    """A form was sent a second time, as by a second click; the message is one sentence."""

    code = "sent_before"


@dataclass(frozen=True)
class Editor:
    """Who decides: the person that the token names, and where from, as logs say it."""

    name: str
    origin: str


def form_for(shared: AppState, viewer: Viewer, engagement: EngagementKey) -> str | None:
    """Return the word for the forms of a page; None for who may only look."""
    if viewer.login is None or not viewer.role.may_edit:
        return None
    word = [viewer.login, str(engagement), secrets.token_hex(16)]
    return _serializer(shared).dumps(word)


def editor(
    request: Request,
    engagement: str,
    bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(HTTPBearer(auto_error=False))],
    form: Annotated[str, Form()] = "",
) -> Editor:
    """Return who sends the form of a page; after this, the form is used up.

    Raises:
        NotFound: when the viewer may not see the engagement, or there is none.
        HTTPException: 403 for who may only look, and for a word that is not theirs.
        SentBeforeError: when the form was sent before.
    """
    key = engagement_in_scope(request, engagement, bearer)
    return obey(app_state(request), request.state.viewer, key, form)


def obey(shared: AppState, viewer: Viewer, engagement: EngagementKey, form: str) -> Editor:
    """Return who sends a form, and use the form up; raises as `editor` does."""
    if not viewer.role.may_edit:
        raise HTTPException(HTTPStatus.FORBIDDEN, _LOOKS_ONLY)
    seconds = int(logins.LIFETIME.total_seconds())
    try:
        login, place, number = _serializer(shared).loads(form, max_age=seconds)
    except (BadData, ValueError, TypeError):
        raise HTTPException(HTTPStatus.FORBIDDEN, _FOREIGN) from None
    if (login, place) != (viewer.login, str(engagement)):
        raise HTTPException(HTTPStatus.FORBIDDEN, _FOREIGN)
    if not logins.send(shared.database, login, number):
        raise SentBeforeError("This form has been sent already. It was obeyed once.")
    return Editor(viewer.name or viewer.token, f"{PAGE}token {viewer.token}")


def _serializer(shared: AppState) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(shared.secret, salt="form")


EditorOf = Annotated[Editor, Depends(editor)]
