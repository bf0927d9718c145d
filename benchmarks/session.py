"""A session from request to done on an idle machine, and where its time goes."""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.measure import report

ASSETS = 1_000


def run() -> None:
    """Print the seconds of an import of 1,000 assets, of which the steps, and of a second one."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        drop = Path(folder) / "servers.csv"
        rows = "".join(
            f"srv-{n:04d},Ubuntu 22.04,10.0.{n // 250}.{n % 250}\n" for n in range(ASSETS)
        )
        drop.write_text(f"Hostname,OS,IP Address\n{rows}")
        home = str(Path(folder) / "home")
        for figure in ("first import into an empty home", "import into a home that exists"):
            started = time.perf_counter()
            document = _discovery(home, "import", drop, "--client", "bench", "--engagement", "b")
            whole = time.perf_counter() - started
            state = _discovery(home, "status", "--client", "bench")["sessions"][-1]
            steps = state["steps"]
            detail = f"{document['counts']['assets']} assets, {len(steps)} steps"
            report(f"{figure}, seconds", whole, "< 10", detail)


def _discovery(home: str, *arguments: object) -> dict:
    done = subprocess.run(
        [sys.executable, "-m", "discovery_dagster", *map(str, arguments), "--json"],
        env={**os.environ, "DISCOVERY_HOME": home},
        capture_output=True,
        check=True,
        text=True,
    )
    return json.loads(done.stdout)
