"""Homes of embedded servers."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from discovery_dagster.store.embedded_postgres import EmbeddedPostgres
from discovery_dagster_tests.folders import open_folder


@pytest.fixture
def folder() -> Iterator[Path]:
    """A directory that every account can enter, unlike pytest's own, and with a short path."""
    with open_folder("discovery-") as folder:
        yield folder


@pytest.fixture
def home(folder: Path) -> Iterator[Path]:
    """A home that does not exist yet; its server is stopped at the end."""
    home = folder / "home"
    yield home
    EmbeddedPostgres(home).stop()
