"""Tokens of an engagement, for operators: links for who looks, tokens for who decides.

A token is shown once, in the answer to the form that makes it, which no browser keeps.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Annotated, ClassVar

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from discovery_dagster.api.problems import NotFound
from discovery_dagster.api.security import EngagementOf, StateOf, ViewerOf
from discovery_dagster.api.state import AppState
from discovery_dagster.api.viewers import Viewer
from discovery_dagster.domain.decisions.overrides import read_words
from discovery_dagster.domain.errors import InvalidRequestError
from discovery_dagster.domain.keys import EngagementKey
from discovery_dagster.domain.roles import Role
from discovery_dagster.domain.scope import Scope
from discovery_dagster.pages import frame, links
from discovery_dagster.pages.answers import html
from discovery_dagster.pages.editing import EditorOf, form_for
from discovery_dagster.pages.frame import Frame, Page, shown
from discovery_dagster.store import tokens
from discovery_dagster.store.reading import engagements
from discovery_dagster.store.tokens import AccessToken

router = APIRouter()

_TOKENS = "/engagements/{engagement}/tokens"
_MOST_DAYS = 365
_NOT_AN_OPERATOR = (
    "Tokens are made by who runs the installation: with an operator's token, or by"
    " `discovery token create`."
)


@dataclass(frozen=True)
class TokensPage(Page):
    """Context of `tokens.html`."""

    template: ClassVar[str] = "tokens.html"

    key: EngagementKey = shown("the engagement")
    form: str = shown("the form token")
    living: Sequence[AccessToken] = shown("tokens that may see this engagement")
    own: str = shown("the token by which the page is seen, which is not ended here")
    created: AccessToken | None = shown("the token that was made just now")
    secret: str | None = shown("its secret, this once")
    link: str | None = shown("the address that signs somebody in who only looks")


@router.get(_TOKENS)
def page(request: Request, engagement: EngagementOf, shared: StateOf) -> HTMLResponse:
    """Show the tokens of an engagement.

    Raises:
        HTTPException: 403 for who is no operator.
    """
    return html(_page(shared, request.state.viewer, engagement))


@router.post(_TOKENS)
def make(
    request: Request,
    editor: EditorOf,
    viewer: ViewerOf,
    engagement: EngagementOf,
    shared: StateOf,
    role: Annotated[Role, Form()] = Role.VIEWER,
    name: Annotated[str, Form()] = "",
    days: Annotated[int, Form(ge=1, le=_MOST_DAYS)] = 90,
) -> HTMLResponse:
    """Make a token for this engagement alone, and show it.

    Raises:
        HTTPException: 403 for who is no operator.
        NamelessEditorError: when it may edit and nobody is named.
    """
    _require_operator(viewer)
    if role is Role.OPERATOR:
        raise InvalidRequestError("Operators' tokens are made where the installation runs.")
    whom = read_words(name, "author") if name.strip() else None
    scope = Scope(engagement.client, (engagement.engagement,))
    created, secret = tokens.create(
        shared.database, scope, timedelta(days=days), role, whom, editor.name
    )
    link = f"{str(request.base_url).rstrip('/')}{links.sign_in(links.engagement(engagement))}"
    return html(_page(shared, viewer, engagement, created, secret, f"{link}#token={secret}"))


@router.post(f"{_TOKENS}/{{token}}/revoke")
def revoke(
    editor: EditorOf, viewer: ViewerOf, engagement: EngagementOf, token: str, shared: StateOf
) -> RedirectResponse:
    """End a token that is for this engagement alone, and show the others.

    Raises:
        HTTPException: 403 for who is no operator.
        NotFound: when it is no such token.
    """
    _require_operator(viewer)
    alone = {each.id for each in _living(shared, engagement) if len(each.scope.engagements) == 1}
    if token not in alone:
        raise NotFound
    tokens.revoke(shared.database, token, editor.name)
    url = f"{links.engagement(engagement)}/tokens"
    return RedirectResponse(url, HTTPStatus.SEE_OTHER)


def _page(
    shared: AppState,
    viewer: Viewer,
    engagement: EngagementKey,
    created: AccessToken | None = None,
    secret: str | None = None,
    link: str | None = None,
) -> TokensPage:
    _require_operator(viewer)
    if engagements.one(shared.database, engagement) is None:
        raise NotFound
    around = frame.of_engagement(engagement, shared.dagster_url)
    return TokensPage(
        Frame(f"Access · {around.title}", around.way, dagster_url=around.dagster_url),
        engagement,
        form_for(shared, viewer, engagement) or "",
        _living(shared, engagement),
        viewer.token,
        created,
        secret,
        link,
    )


def _living(shared: AppState, engagement: EngagementKey) -> list[AccessToken]:
    """The living tokens that may see the engagement; those of the whole home are its own matter."""
    return [
        token
        for token in tokens.listed(shared.database, living=True)
        if token.scope.client is not None and token.scope.allows(engagement)
    ]


def _require_operator(viewer: Viewer) -> None:
    if viewer.role is not Role.OPERATOR:
        raise HTTPException(HTTPStatus.FORBIDDEN, _NOT_AN_OPERATOR)
