"""Runs `dagster definitions validate` against a home of its own, with a real Postgres below it."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from discovery_dagster.defs.home import PROJECT, prepare_dagster_home
from discovery_dagster.settings import Settings
from discovery_dagster.store.database import open_database


def main() -> int:
    """Validate and return Dagster's exit code."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["DISCOVERY_HOME"] = folder
        settings = Settings()
        with open_database(settings) as database:
            prepare_dagster_home(settings, database)
            dagster = Path(sys.executable).parent / "dagster"
            return subprocess.run(  # noqa: S603 - fixed arguments
                [dagster, "definitions", "validate", "-w", PROJECT / "workspace.yaml"],
                cwd=PROJECT,
                check=False,
            ).returncode


if __name__ == "__main__":
    sys.exit(main())
