"""The API keeps to its own OpenAPI description: Schemathesis asks, with ids that exist."""

import json
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from discovery_dagster_tests.api.test_reading import SESSION, read
from discovery_dagster_tests.serving import Served

pytestmark = pytest.mark.long

#: What a request that keeps to the description may be answered: a cursor, an order or an id that is
#: well-formed may still not exist.
_ANSWERS = ["2xx", "304", "400", "404", "422"]

#: What Schemathesis says when it has tested nothing.
_HOLLOW = ("Missing test data", "Authentication failed")


def test_every_answer_is_as_described(served: Served, upland: httpx.Client, tmp_path: Path) -> None:
    asset = read(upland, f"{SESSION}/assets", limit=1)["items"][0]["id"]
    pinned = {"engagement": "upland.exit", "session": "s001"}
    pinned |= {"earlier": "s001", "asset": asset}
    (tmp_path / "schemathesis.toml").write_text(
        "[parameters]\n"
        + "".join(f'"path.{name}" = "{value}"\n' for name, value in pinned.items())
        + f"[checks.positive_data_acceptance]\nexpected-statuses = {json.dumps(_ANSWERS)}\n"
    )
    done = subprocess.run(
        [
            *(str(Path(sys.executable).parent / "schemathesis"), "run"),
            *(f"{served.url}/openapi.json", "-H", f"Authorization: {authorization(upland)}"),
            # A stream of events has no end that could be waited for.
            *("--exclude-path-regex", "events$", "--phases", "coverage,fuzzing", "-n", "1"),
            *("--seed", "1", "--workers", "2"),
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=400,
    )
    output = done.stdout[-6000:] + done.stderr[-2000:]
    assert done.returncode == 0, output
    assert not any(sentence in done.stdout for sentence in _HOLLOW), output


def authorization(client: httpx.Client) -> str:
    return str(client.headers["authorization"])
