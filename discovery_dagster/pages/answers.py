"""How the pages answer: HTML with the headers that keep it safe, and errors that say what to do."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import ClassVar
from urllib.parse import unquote_to_bytes, urlencode, urlsplit

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.exceptions import HTTPException

from discovery_dagster.api.state import app_state
from discovery_dagster.domain.errors import (
    AbsentError,
    DiscoveryError,
    InvalidRequestError,
    OperationError,
)
from discovery_dagster.domain.keys import InvalidKeyError
from discovery_dagster.pages.frame import Frame, Page, shown
from discovery_dagster.pages.rendering import CONTENT_SECURITY_POLICY, render
from discovery_dagster.store.upload_parts import PART_BYTES

#: Of every answer of the pages; a client's data stays out of caches and other sites' frames.
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


#: Bytes of a form without files.
MOST_BYTES = 64 * 1024

#: Methods that change nothing.
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True)
class ErrorPage(Page):
    """Context of `error.html`."""

    template: ClassVar[str] = "error.html"

    heading: str = shown("what is wrong, in a few words")
    sentence: str = shown("what it means and what to do")
    icon: str = shown("the picture above it")
    retry: bool = shown("whether trying again may help")
    back: str | None = shown("where the form is that was sent, if one was", default=None)


def html(page: Page, status: int = HTTPStatus.OK) -> HTMLResponse:
    """Answer with a page."""
    return HTMLResponse(render(page), status, {"Cache-Control": "no-store"})


def install(site: FastAPI) -> None:
    """Have the site answer every error as a page, and every answer with `HEADERS`."""

    @site.middleware("http")
    async def guard(request: Request, call_next) -> Response:  # type: ignore[no-untyped-def]
        response: Response = _refusal(request) or await call_next(request)
        response.headers.update(HEADERS)
        return response

    @site.exception_handler(HTTPException)
    def refused(request: Request, error: HTTPException) -> Response:
        if error.status_code == HTTPStatus.UNAUTHORIZED:
            return _sign_in(request)
        if error.status_code == HTTPStatus.NOT_FOUND:
            return _absent()
        answer = _undone(request, error.status_code, str(error.detail))
        answer.headers.update(error.headers or {})
        return answer

    @site.exception_handler(InvalidKeyError)
    @site.exception_handler(AbsentError)
    def absent(request: Request, error: DiscoveryError) -> Response:
        return _absent()

    @site.exception_handler(InvalidRequestError)
    def impossible(request: Request, error: InvalidRequestError) -> Response:
        return _undone(request, HTTPStatus.CONFLICT, str(error))

    @site.exception_handler(RequestValidationError)
    def malformed(request: Request, error: RequestValidationError) -> Response:
        return _malformed(request, error)

    @site.exception_handler(OperationError)
    def unavailable(request: Request, error: OperationError) -> Response:
        answer = _error(
            HTTPStatus.SERVICE_UNAVAILABLE,
            "The database does not respond",
            "Nothing is lost: what was published stays. Try again in a moment.",
            icon="clock",
            retry=True,
        )
        answer.headers["Retry-After"] = "5"
        return answer

    @site.exception_handler(Exception)
    def failed(request: Request, error: Exception) -> Response:
        answer = _error(
            HTTPStatus.INTERNAL_SERVER_ERROR,
            "Something went wrong here",
            "The page could not be rendered; the server's log says why. The data is unaffected.",
            icon="cross",
            retry=True,
        )
        answer.headers.update(HEADERS)  # it is made outside of `guard`
        return answer


def _refusal(request: Request) -> Response | None:
    """Refuse what no page of ours asks, before anything else looks at it."""
    if request.method not in _SAFE and not _is_of_this_site(request):
        return _error(
            HTTPStatus.FORBIDDEN,
            "This was sent by another site",
            "Nothing has been done. Open this page itself, and try again there.",
            icon="lock",
        )
    if request.method not in _SAFE and (refusal := _size_refusal(request)):
        return refusal
    if "\0" in request.scope["path"]:
        return _absent()
    if "\0" in unquote_to_bytes(request.scope["query_string"]).decode("latin-1"):
        return _error(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "This address has a character that no text may contain",
            "It is the character number 0, written `%00`. Remove it.",
            icon="question",
        )
    return None


def _is_of_this_site(request: Request) -> bool:
    """Whether a page of this site asks, or no page at all: each browser says which one does.

    `Sec-Fetch-Site` is of W3C's Fetch Metadata; `Origin`, which older ones send, of RFC 6454.
    """
    if site := request.headers.get("sec-fetch-site"):
        return site in ("same-origin", "none")
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host")


def _size_refusal(request: Request) -> Response | None:
    """Refuse a form that does not say how large it is, or is larger than any of ours."""
    try:
        size = int(request.headers.get("content-length", ""))
    except ValueError:
        status, sentence = HTTPStatus.LENGTH_REQUIRED, "It does not say how large it is."
    else:
        most = _most_bytes(request)
        if 0 <= size <= most:
            return None
        status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        sentence = f"It has more than {most // 1024:,} KiB."
    return _error(status, "This form was not read", sentence, icon="warning")


def _most_bytes(request: Request) -> int:
    """How large what a path takes may be; routes that take files have limits of their own, too."""
    if request.url.path.endswith("/import"):
        return app_state(request).upload_bytes
    return PART_BYTES if request.method == "PUT" else MOST_BYTES


def _malformed(request: Request, error: RequestValidationError) -> HTMLResponse:
    names = ", ".join(sorted({str(item["loc"][-1]) for item in error.errors()}))
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    if request.method not in _SAFE:
        return _undone(request, status, f"The form has fields that cannot be read: {names}.")
    return _error(
        status,
        "This address has parameters that the page cannot read",
        f"They are {names}. Remove the part after the question mark to see everything.",
        icon="question",
    )


def _undone(request: Request, status: int, sentence: str) -> HTMLResponse:
    """Say why a page cannot be shown, or why what a form asks for was not done."""
    if request.method in _SAFE:
        return _error(status, "This cannot be shown", sentence, icon="warning")
    page = ErrorPage(
        Frame("Not done"), "This was not done", sentence, "warning", False, _form_of(request)
    )
    return html(page, status)


def _form_of(request: Request) -> str | None:
    """The page of this site whose form was sent; None when the browser does not say."""
    page = urlsplit(request.headers.get("referer", ""))
    if page.netloc != request.headers.get("host") or not page.path.startswith("/"):
        return None
    return page.path


def _sign_in(request: Request) -> Response:
    here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    if request.method not in _SAFE:  # nothing can be opened where a form is sent to
        here = _form_of(request) or ""
    url = f"/sign-in?{urlencode({'next': here})}"
    if "HX-Request" in request.headers:  # htmx would put the form into the part it wanted
        return Response(status_code=HTTPStatus.UNAUTHORIZED, headers={"HX-Redirect": url})
    return RedirectResponse(url, HTTPStatus.SEE_OTHER)


def _absent() -> HTMLResponse:
    return _error(
        HTTPStatus.NOT_FOUND,
        "There is no such page for you",
        "Nothing is here, or your token may not see it; which of the two is not disclosed.",
        icon="lock",
    )


def _error(
    status: int, heading: str, sentence: str, *, icon: str, retry: bool = False
) -> HTMLResponse:
    return html(ErrorPage(Frame(heading), heading, sentence, icon, retry), status)
