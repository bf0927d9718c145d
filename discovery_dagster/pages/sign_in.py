"""Signing in with a token, and out; the cookie is the read API's own."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, ClassVar

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from discovery_dagster.api.security import COOKIE, StateOf, cookie_of, signed_in
from discovery_dagster.pages import links
from discovery_dagster.pages.answers import html
from discovery_dagster.pages.frame import Frame, Page, shown
from discovery_dagster.store import logins

router = APIRouter()

_REFUSED = "This token is not known here, has expired or was revoked."


@dataclass(frozen=True)
class SignInPage(Page):
    """Context of `sign_in.html`."""

    template: ClassVar[str] = "sign_in.html"

    next_url: str = shown("where the browser goes afterwards")
    refused: str | None = shown("why a token was not taken")


@router.get("/sign-in")
def form(next: str = "") -> HTMLResponse:  # noqa: A002 - the name in the URL
    """Show the form."""
    return html(_page(next))


@router.post("/sign-in")
def sign_in(
    request: Request,
    state: StateOf,
    token: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "",  # noqa: A002 - the name in the form
) -> Response:
    """Give the browser a cookie for a living token."""
    peer = request.client.host if request.client else ""
    state.wrong_tokens.check(peer, count=False)
    cookie = cookie_of(state, token.strip())
    if cookie is None:
        state.wrong_tokens.check(peer)
        return html(_page(next, _REFUSED), HTTPStatus.UNAUTHORIZED)
    answer = RedirectResponse(_local(next), HTTPStatus.SEE_OTHER)
    answer.set_cookie(
        COOKIE,
        cookie,
        max_age=int(logins.LIFETIME.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )
    return answer


@router.post("/sign-out")
def sign_out(request: Request, state: StateOf) -> Response:
    """End the login, and take its cookie away: whoever kept a copy has nothing."""
    if login := signed_in(state, request):
        logins.end(state.database, login)
    answer = RedirectResponse(links.sign_in(), HTTPStatus.SEE_OTHER)
    answer.delete_cookie(COOKIE, httponly=True, samesite="lax")
    return answer


def _page(next_url: str, refused: str | None = None) -> SignInPage:
    return SignInPage(Frame("Sign in", signed_in=False), _local(next_url), refused)


def _local(url: str) -> str:
    """`url` when it is a path of this site; two slashes, even one turned round, begin a host."""
    return url if url.startswith("/") and url[1:2] not in ("/", "\\") else links.home()
