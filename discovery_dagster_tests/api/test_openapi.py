"""The OpenAPI document says what the server does, tried with ids that exist."""

import subprocess
import sys
from pathlib import Path

import httpx

from discovery_dagster_tests.api.conftest import Served
from discovery_dagster_tests.api.test_reading import SESSION

_CONFIG = """
headers = {{ Authorization = "Bearer {token}" }}

[warnings]
fail-on = ["missing_test_data"]

[parameters]
"path.engagement" = "north.exit"
"path.session" = "s001"
"path.asset" = "{asset}"
"""


def test_generated_requests_are_answered_as_documented(
    served: Served, north: httpx.Client, tmp_path: Path
) -> None:
    asset = north.get(f"{SESSION}/assets", params={"limit": 1}).json()["items"][0]["id"]
    config = tmp_path / "schemathesis.toml"
    config.write_text(_CONFIG.format(token=served.token("north"), asset=asset))
    done = subprocess.run(
        [
            *(sys.executable, "-c", "from schemathesis.cli import schemathesis; schemathesis()"),
            *("--config-file", config, "run", f"{served.url}/openapi.json"),
            *("--exclude-path-regex", "/events$"),  # it never ends
            *("--phases", "examples,fuzzing", "--max-examples", "4", "--seed", "7"),
            *("--suppress-health-check", "all", "--generation-database", "none"),
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]


def test_every_operation_is_described_with_its_refusals(served: Served) -> None:
    paths = httpx.get(f"{served.url}/openapi.json").json()["paths"]
    operations = {path: methods for path, methods in paths.items() if path.startswith("/api/v1")}
    assert len(operations) > 40
    for path, methods in operations.items():
        assert set(methods) == {"get"}, path
        assert {"200", "401", "429", "503"} <= set(methods["get"]["responses"]), path
        if "{" in path:
            assert "404" in methods["get"]["responses"], path
