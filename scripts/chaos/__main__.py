"""Kills sessions at random moments and compares what they end in: `make chaos`.

Each seed decides what is killed with SIGKILL and when: the process that imports, one of the
services, the embedded Postgres, or all at once as a power cut does it; a third of them at a moment
such as that between the commit of a step and Dagster's event. The session is then resumed until it
is done; every export but `publications` must be byte for byte that of an import to which nothing
happened, and `reconcile` must find nothing. What the services run must end without being resumed.
Beside all of it some processes do nothing but compute, as on a machine that others use.
"""

import argparse
import json
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from discovery_dagster.store import exports
from discovery_dagster_tests.folders import open_folder
from discovery_dagster_tests.installation import Installation
from scripts.chaos.kills import KILLS, Kill, resume

TABLES = [name for name in exports.LISTINGS if name != "publications"]


def main() -> int:
    """Kill as often as asked, print each outcome and return how many went wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0, help="of the first kill")
    parser.add_argument("--load", type=int, default=4, help="processes that compute beside it")
    arguments = parser.parse_args()
    with open_folder() as folder, _busy(arguments.load):
        drop = _write_drop(folder / "drop")
        with Installation(folder / "untouched") as untouched:
            started = time.monotonic()
            untouched.engagement("move").import_files(drop)
            seconds = time.monotonic() - started
            wanted = _exports(untouched)
        wrong = 0
        print("| seed | killed | outcome | seconds |\n|---|---|---|---|", flush=True)
        for seed in range(arguments.seed, arguments.seed + arguments.kills):
            with Installation(folder / f"home-{seed}") as victim:
                draw = random.Random(seed)  # noqa: S311 - a seeded draw
                started = time.monotonic()
                kill = KILLS[seed % len(KILLS)]
                event, problem = _outcome(victim, drop, kill, draw, seconds, wanted)
                took = time.monotonic() - started
            print(f"| {seed} | {event} | {problem or 'identical'} | {took:.0f} |", flush=True)
            wrong += problem is not None
    print(f"{arguments.kills - wrong} of {arguments.kills} kills ended identical.")
    return wrong


def _outcome(
    home: Installation, drop: Path, kill: Kill, draw: random.Random, seconds: float, wanted: str
) -> tuple[str, str | None]:
    """What was killed, and what is wrong afterwards."""
    killed = kill(home, drop, draw, seconds)
    problem = killed.problem or resume(home.engagement("move"), drop)
    if problem is None and home.json("reconcile") != {"findings": []}:
        problem = "reconcile found something"
    if problem is None and _exports(home) != wanted:
        problem = "exports differ"
    return killed.event, problem


@contextmanager
def _busy(number: int) -> Iterator[None]:
    """Processes that compute all the time, and nothing else."""
    command = [sys.executable, "-c", "while True: pass"]
    processes = [subprocess.Popen(command) for _ in range(number)]  # noqa: S603 - our own command
    try:
        yield
    finally:
        for process in processes:
            process.kill()
            process.wait()


def _exports(home: Installation) -> str:
    return json.dumps(home.tables("move", TABLES), sort_keys=True, default=str)


def _write_drop(folder: Path) -> Path:
    folder.mkdir()
    rows = "\n".join(f"srv-{n:05d},Ubuntu 22.04,10.{n // 250}.{n % 250}.7" for n in range(3_000))
    (folder / "servers.csv").write_text(f"Hostname,OS,IP Address\n{rows}\n,,\n")
    edges = "\n".join(f"srv-{n:05d},srv-{n // 3:05d},Depends on" for n in range(1, 1_000))
    (folder / "relations.csv").write_text(f"Source,Target,Relation\n{edges}\n")
    return folder


if __name__ == "__main__":
    sys.exit(min(main(), 1))
