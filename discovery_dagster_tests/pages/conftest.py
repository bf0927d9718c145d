"""A real browser on a real server, which shows the sample estate and an estate of hostile cells."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from discovery_dagster_tests.conftest import PROJECT
from discovery_dagster_tests.folders import open_folder
from discovery_dagster_tests.installation import Installation
from discovery_dagster_tests.pages import hostile
from discovery_dagster_tests.pages.browsing import CHROMIUM, Visitor
from discovery_dagster_tests.serving import Served, serving

NORTH = ("--client", "north", "--engagement", "exit")
ESTATE = PROJECT / "discovery_dagster" / "reference" / "sample_estate"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium; without it these tests are skipped, and in CI they fail.

    Not kept for other modules: Playwright leaves an event loop running in their thread meanwhile.
    """
    if not CHROMIUM.exists():
        reason = "no browser: apt-get install chromium fonts-dejavu-core"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        # The sandbox does not start for root; the pages are the project's own.
        yield playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])


@pytest.fixture(scope="session")
def server(standing: Installation) -> Iterator[Served]:
    """The client `north` has the sample estate."""
    with serving(standing) as served:
        standing.json("import", *sample_files(), *NORTH, "--title", "Sample estate")
        yield served


@pytest.fixture(scope="session")
def later(server: Served) -> None:
    """`north` has a session of a later export, too."""
    with open_folder() as folder:
        server.home.json("import", *later_files(folder), *NORTH, "--title", "A month later")


@pytest.fixture(scope="session")
def south(server: Served) -> None:
    """The client `south` has the hostile estate."""
    with open_folder() as folder:
        files = hostile.files(folder)
        client = ("--client", "south", "--engagement", "exit")
        server.home.json("import", *files, *client, "--title", hostile.TITLE)


@pytest.fixture
def north(browser: Browser, server: Served) -> Iterator[Visitor]:
    """Somebody who may see the client `north`."""
    with Visitor.of(browser, server, "north") as visitor:
        yield visitor


def sample_files() -> list[Path]:
    """The bundled estate."""
    return sorted(file for file in ESTATE.iterdir() if file.name != "truth.json")


def later_files(folder: Path) -> list[Path]:
    """The bundled estate as if exported later: some servers are gone, the flow log is missing."""
    later = folder / "later"
    later.mkdir()
    for file in sample_files():
        if file.suffix != ".log":
            shutil.copy(file, later)
    cmdb = later / "cmdb_servers.csv"
    lines = cmdb.read_bytes().splitlines(keepends=True)
    cmdb.write_bytes(b"".join(lines[:140]))
    return sorted(later.iterdir())
