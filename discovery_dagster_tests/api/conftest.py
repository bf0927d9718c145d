"""A real server on a real home: the read API over HTTP, as a program uses it."""

from collections.abc import Iterator

import httpx
import pytest

from discovery_dagster_tests.conftest import PROJECT
from discovery_dagster_tests.installation import Installation
from discovery_dagster_tests.serving import Served, serving

ESTATE = PROJECT / "discovery_dagster" / "reference" / "sample_estate"


@pytest.fixture(scope="session")
def serving_home(standing: Installation) -> Iterator[Served]:
    """The server of the home, whose tests keep apart by client; a start of one takes 4 s."""
    with serving(standing) as server:
        yield server


@pytest.fixture(scope="session")
def served(standing: Installation, serving_home: Served) -> Served:
    """Two clients with a session each, and a server that shows them."""
    small = standing.home.parent / "lowland.csv"
    small.write_text("Hostname,IP Address\nlowland-01,10.0.0.1\n")
    cmdb, flows = ESTATE / "cmdb_servers.csv", ESTATE / "vpc_flow.log"
    for client, files in (("upland", [cmdb, flows]), ("lowland", [small])):
        standing.json("import", *files, "--client", client, "--engagement", "exit")
    return serving_home


@pytest.fixture(scope="session")
def upland(served: Served) -> Iterator[httpx.Client]:
    """Somebody who may see the client `upland`."""
    with served.asking(served.token("upland")) as client:
        yield client
