"""Dagster's webserver behind a guard: other web pages that a person visits cannot use it.

It also leads from what Dagster shows to the pages, wherever they are served today.

Dagster takes mutations by GET, asks no `Origin` and answers to any `Host`, so that one image on any
page could start or delete runs. `python -m discovery_dagster.defs.guarded_webserver` has the same
options as `dagster-webserver`.
"""

import ipaddress
import socket
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from dagster_webserver import app, cli
from dagster_webserver.webserver import DagsterWebserver
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from discovery_dagster.defs.internals import BaseWorkspaceRequestContext, WorkspaceProcessContext
from discovery_dagster.defs.page_links import PAGES_PATH
from discovery_dagster.settings import Settings

_READING: Final = ("GET", "HEAD")

#: What RFC 6455 closes a connection with that breaks a rule.
_POLICY_VIOLATION: Final = 1008


class Guard:
    """Refuses requests that a page of another origin can have a browser send (OWASP, CSRF)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 403 with the reason; a websocket is closed."""
        reason = refusal(scope) if scope["type"] in ("http", "websocket") else None
        if reason is None:
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": _POLICY_VIOLATION, "reason": reason})
        else:
            await PlainTextResponse(f"{reason}\n", 403)(scope, receive, send)


def refusal(scope: Scope) -> str | None:
    """Return why a request or a websocket is refused, as one sentence, or None."""
    headers = Headers(scope=scope)
    host = headers.get("host", "")
    if not _is_of_this_machine(host):
        return "The Host header names no address of this machine."
    if "origin" in headers and urlsplit(headers["origin"]).netloc != host:
        return "Pages of another origin may not use Dagster."
    if scope["type"] == "websocket":
        return None
    method, is_graphql = scope["method"], scope["path"].rstrip("/").endswith("/graphql")
    if _is_from_elsewhere(headers) and (is_graphql or not _is_link(method, headers)):
        return "Pages of another origin may not use Dagster."
    if method in _READING:
        asks = is_graphql and scope["query_string"]
        return "GraphQL needs POST." if asks else None
    if headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        return "Send the content type application/json."
    return None


def _is_of_this_machine(host: str) -> bool:
    """Whether a host is no name that somebody else's DNS may lead here: DNS rebinding needs one."""
    try:
        name = (urlsplit(f"//{host}").hostname or "").lower()
    except ValueError:
        return False
    if name in ("localhost", socket.gethostname().lower(), socket.getfqdn().lower()):
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _is_from_elsewhere(headers: Mapping[str, str]) -> bool:
    return headers.get("sec-fetch-site", "none") not in ("none", "same-origin")


def _is_link(method: str, headers: Mapping[str, str]) -> bool:
    """Whether a person follows a link, such as one of our pages, in a tab of its own."""
    navigates = headers.get("sec-fetch-mode") == "navigate"
    return method in _READING and navigates and headers.get("sec-fetch-dest") == "document"


def way_to_pages(pages_url: str | None) -> Route:
    """Return the route that leads everything below `PAGES_PATH` on to the pages.

    Args:
        pages_url: where they are served now; None: nowhere.
    """

    async def lead_on(request: Request) -> Response:
        if pages_url is None:
            return PlainTextResponse("`discovery up` serves the pages.\n", 404)
        return RedirectResponse(f"{pages_url.rstrip('/')}/{request.path_params['path']}")

    return Route(f"{PAGES_PATH}/{{path:path}}", lead_on)


class GuardedWebserver(DagsterWebserver[WorkspaceProcessContext, BaseWorkspaceRequestContext]):
    """Dagster's application with the guard before all else, and the way to the pages."""

    def build_middleware(self) -> list[Middleware]:
        """Return the middleware, outermost first."""
        return [Middleware(Guard), *super().build_middleware()]

    def build_routes(self) -> list[BaseRoute]:
        """Return the routes; Dagster's last one takes every path."""
        return [way_to_pages(Settings().pages_url), *super().build_routes()]  # type: ignore[no-untyped-call]


def main() -> None:
    """Run `dagster-webserver` with the guard; its command makes its application by this name."""
    setattr(app, DagsterWebserver.__name__, GuardedWebserver)
    cli.main()  # type: ignore[no-untyped-call]


if __name__ == "__main__":
    main()
