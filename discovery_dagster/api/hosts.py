"""The hosts that the server answers for.

A page whose own name was made to lead to this machine (DNS rebinding) asks in that name.
"""

from collections.abc import Collection
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from discovery_dagster.api.problems import problem


class KnownHosts:
    """Refuses requests to a host that is not known: not this machine's address, and not one set."""

    def __init__(self, app: ASGIApp, hosts: Collection[str]) -> None:
        self.app = app
        self.hosts = {"localhost", *(host.lower() for host in hosts)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "http" and not self._knows(scope):
            refusal = problem(
                421,
                "This server does not answer for this host: have whoever runs it name the host"
                " in DISCOVERY_API_HOSTS.",
            )
            await refusal(scope, receive, send)
            return
        await self.app(scope, receive, send)

    def _knows(self, scope: Scope) -> bool:
        own = (scope.get("server") or [None])[0]
        hosts = [host_of(f"//{value}") for value in Headers(scope=scope).getlist("host")]
        return all(host in self.hosts or host == own or is_loopback(host) for host in hosts)


def host_of(url: str) -> str:
    """Return the host of a URL, in small letters; empty when it has none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def is_loopback(host: str) -> bool:
    """Whether this is an address of the machine that nobody else reaches."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
