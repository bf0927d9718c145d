"""A real server on a real home: the read API over HTTP, as a program uses it."""

import json
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import httpx
import pytest

from discovery_dagster.domain.scope import Scope
from discovery_dagster.store import tokens
from discovery_dagster_tests.conftest import PROJECT
from discovery_dagster_tests.installation import Installation

ESTATE = PROJECT / "discovery_dagster" / "reference" / "sample_estate"


@dataclass(frozen=True)
class Served:
    """A server, the home that it serves, and who may see what there."""

    url: str
    home: Installation

    def token(self, client: str, *engagements: str) -> str:
        with self.home.database() as database:
            return tokens.create(database, Scope(client, engagements), timedelta(days=1))[1]

    def asking(self, token: str | None) -> httpx.Client:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return httpx.Client(base_url=f"{self.url}/api/v1", headers=headers, timeout=30)


@pytest.fixture(scope="session")
def served(standing: Installation) -> Iterator[Served]:
    """Two clients with a session each, and a server that shows them."""
    small = standing.home.parent / "south.csv"
    small.write_text("Hostname,IP Address\nsouth-01,10.0.0.1\n")
    cmdb, flows = ESTATE / "cmdb_servers.csv", ESTATE / "vpc_flow.log"
    for client, files in (("north", [cmdb, flows]), ("south", [small])):
        standing.json("import", *files, "--client", client, "--engagement", "exit")
    process = standing.start("api", "--port", "0", "--json", DISCOVERY_API_RATE="1000000/minute")
    try:
        yield Served(_url(process), standing)
    finally:
        process.terminate()
        process.communicate(timeout=20)


def _url(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    url = str(json.loads(process.stdout.readline())["api_url"])
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            httpx.get(f"{url}/readyz").raise_for_status()
            return url
        except httpx.HTTPError:
            time.sleep(0.1)
    raise AssertionError("the server does not answer")


@pytest.fixture(scope="session")
def north(served: Served) -> Iterator[httpx.Client]:
    """Somebody who may see the client `north`."""
    with served.asking(served.token("north")) as client:
        yield client
