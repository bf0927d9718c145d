"""A Discovery of its own, used as a person uses it: by its command line, in other processes."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

PROJECT = Path(__file__).parents[1]


@dataclass
class Installation:
    """A home; `postgres_url` is a server to use instead of the embedded one."""

    home: Path
    postgres_url: str | None = None

    @property
    def environment(self) -> dict[str, str]:
        unset = {"DISCOVERY_HOME", "DISCOVERY_POSTGRES_URL", "DAGSTER_HOME"}
        environment = {name: value for name, value in os.environ.items() if name not in unset}
        environment["DISCOVERY_HOME"] = str(self.home)
        if self.postgres_url:
            environment["DISCOVERY_POSTGRES_URL"] = self.postgres_url
        return environment

    def start(self, *arguments: str | Path, **extra: str) -> subprocess.Popen[str]:
        """Start a command and do not wait for it."""
        return subprocess.Popen(
            [sys.executable, "-m", "discovery_dagster", *map(str, arguments)],
            env={**self.environment, **extra},
            cwd=PROJECT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str | Path, **extra: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        process = self.start(*arguments, **extra)
        out, err = process.communicate(timeout=240)
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)

    def json(self, *arguments: str | Path, code: int = 0, **extra: str) -> Any:
        """Run a command with `--json` and return what it prints."""
        done = self.run(*arguments, "--json", **extra)
        assert done.returncode == code, f"exit {done.returncode}\n{done.stdout}\n{done.stderr}"
        assert "Traceback" not in done.stderr, done.stderr
        return json.loads(done.stdout)

    def import_files(self, *paths: Path, client: str = "acme", engagement: str = "move") -> Any:
        return self.json("import", *paths, "--client", client, "--engagement", engagement)

    def export(
        self, table: str, session: str = "s001", client: str = "acme", engagement: str = "move"
    ) -> Any:
        where = ("--client", client, "--engagement", engagement, "--session", session)
        return self.json("export", table, *where)

    def __enter__(self) -> Self:
        self.home.mkdir(parents=True)
        return self

    def __exit__(self, *_: object) -> None:
        if self.postgres_url is None:
            self.run("down")
