"""Homes of embedded servers."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from discovery_dagster.store.embedded_postgres import EmbeddedPostgres


@pytest.fixture
def folder() -> Iterator[Path]:
    """A directory that every account can enter, unlike pytest's own, and with a short path."""
    folder = Path(tempfile.mkdtemp(prefix="discovery-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def home(folder: Path) -> Iterator[Path]:
    """A home that does not exist yet; its server is stopped at the end."""
    home = folder / "home"
    yield home
    EmbeddedPostgres(home).stop()
