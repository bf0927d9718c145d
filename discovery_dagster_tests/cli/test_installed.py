"""The wheel, in an environment and a folder of its own: nothing of the checkout is needed."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from discovery_dagster_tests.folders import open_folder
from discovery_dagster_tests.installation import PROJECT

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with open_folder() as new_folder:
        yield new_folder


@pytest.fixture(scope="module")
def discovery(folder: Path) -> Path:
    """The command of an environment that has the locked versions and the wheel."""
    python, uv = folder / "venv/bin/python", Path(sys.executable).with_name("uv")
    wheels = folder / "wheels"
    install = (uv, "pip", "install", "--quiet", "--python", python)
    for command in (
        (sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", wheels),
        (sys.executable, "-m", "venv", folder / "venv"),
        (*install, "--require-hashes", "--requirements", PROJECT / "requirements.lock"),
    ):
        subprocess.run(command, cwd=PROJECT, check=True, capture_output=True)
    (wheel,) = wheels.glob("*.whl")
    subprocess.run((*install, "--no-deps", wheel), check=True, capture_output=True)
    return folder / "venv/bin/discovery"


@pytest.fixture
def environment(folder: Path) -> Iterator[dict[str, str]]:
    """Variables of a person who has nothing but the installed package, and a home."""
    kept = {
        name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ
    }
    with tempfile.TemporaryDirectory(dir=folder) as home:
        Path(home).chmod(0o755)
        yield {**kept, "DISCOVERY_HOME": f"{home}/home"}


def test_an_installed_package_runs_the_demo(discovery, folder, environment):
    demo = subprocess.run(
        [discovery, "demo", "--json"], cwd=folder, env=environment, capture_output=True, text=True
    )
    assert demo.returncode == 0, demo.stderr
    document = json.loads(demo.stdout)
    assert document["status"] == "done"
    assert document["counts"]["assets"] > 0


def test_an_installed_package_keeps_its_services_up(discovery, folder, environment):
    services = subprocess.Popen(
        [discovery, "up", "--api-port", "0", "--dagster-port", "0", "--json"],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        line = services.stdout.readline()
        assert line, services.communicate()[1]
        urls = json.loads(line)
        for url in (f"{urls['api_url']}/readyz", f"{urls['dagster_url']}/server_info"):
            with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 - loopback
                assert answer.status == 200
    finally:
        services.send_signal(signal.SIGINT)
        services.communicate(timeout=30)
    assert services.returncode == 0
