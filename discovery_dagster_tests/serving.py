"""The web server of a home, in another process, as `discovery api` starts it."""

import json
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import httpx

from discovery_dagster.domain.roles import Role
from discovery_dagster.domain.scope import Scope
from discovery_dagster.store import tokens
from discovery_dagster_tests.installation import Installation


@dataclass(frozen=True)
class Served:
    """A server, the home that it serves, and who may see what there."""

    url: str
    home: Installation
    pid: int
    log: list[str] = field(default_factory=list)

    def token(
        self,
        client: str,
        *engagements: str,
        role: Role = Role.VIEWER,
        name: str | None = None,
    ) -> str:
        scope = Scope(client, engagements)
        with self.home.database() as database:
            return tokens.create(database, scope, timedelta(days=1), role, name)[1]

    def from_elsewhere(self) -> httpx.Client:
        """Somebody at another address, whose wrong tokens count against nobody else's sign-in."""
        transport = httpx.HTTPTransport(local_address="127.0.0.2")
        return httpx.Client(base_url=self.url, transport=transport, timeout=30)

    def asking(self, token: str | None) -> httpx.Client:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return httpx.Client(base_url=f"{self.url}/api/v1", headers=headers, timeout=30)


@contextmanager
def serving(home: Installation, rate: str = "1000000/minute", **settings: str) -> Iterator[Served]:
    """A server on a free port, stopped at the end; `log` is what it has written so far."""
    process = home.start("api", "--port", "0", "--json", DISCOVERY_API_RATE=rate, **settings)
    log: list[str] = []
    # Read all the time: a pipe that is full would stop the server.
    reader = threading.Thread(target=lambda: log.extend(process.stderr or ()), daemon=True)
    reader.start()
    try:
        yield Served(_url(process), home, process.pid, log)
    finally:
        process.terminate()
        process.wait(timeout=20)
        reader.join(timeout=5)
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                stream.close()


def _url(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    url = str(json.loads(process.stdout.readline())["api_url"])
    deadline = time.monotonic() + 150
    while time.monotonic() < deadline:
        try:
            httpx.get(f"{url}/readyz").raise_for_status()
            return url
        except httpx.HTTPError:
            time.sleep(0.1)
    raise AssertionError("the server does not answer")
