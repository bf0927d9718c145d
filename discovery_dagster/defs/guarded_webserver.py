"""Dagster's webserver behind a guard: other web pages that a person visits cannot use it.

Dagster takes mutations by GET, asks no `Origin` and answers to any `Host`, so that one image on any
page could start or delete runs. `python -m discovery_dagster.defs.guarded_webserver` has the same
options as `dagster-webserver`.
"""

import ipaddress
import socket
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from dagster._core.workspace.context import BaseWorkspaceRequestContext, WorkspaceProcessContext
from dagster_webserver import app, cli
from dagster_webserver.webserver import DagsterWebserver
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

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
        return "GraphQL is asked by POST." if asks else None
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


class GuardedWebserver(DagsterWebserver[WorkspaceProcessContext, BaseWorkspaceRequestContext]):
    """Dagster's application with the guard before all else."""

    def build_middleware(self) -> list[Middleware]:
        """Return the middleware, outermost first."""
        return [Middleware(Guard), *super().build_middleware()]


def main() -> None:
    """Run `dagster-webserver` with the guard; its command makes its application by this name."""
    setattr(app, DagsterWebserver.__name__, GuardedWebserver)
    cli.main()  # type: ignore[no-untyped-call]


if __name__ == "__main__":
    main()
