"""Kills an import at random moments, resumes it, and compares what it ends in: `make chaos`.

Each seed decides what is killed with SIGKILL and when: the process that runs the session, the
embedded Postgres, or both at once as a power cut does it. The session is then resumed until it is
done; every export but `publications` must be byte for byte that of an import to which nothing
happened, and `reconcile` must find nothing.
"""

import argparse
import json
import os
import random
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from discovery_dagster.store import exports
from discovery_dagster_tests.installation import EngagementOf, Installation, open_folder

TABLES = [name for name in exports.QUERIES if name != "publications"]
TARGETS = ("run", "postgres", "both")

#: How often a session may be resumed before it counts as lost.
MOST_RUNS = 4


def main() -> int:
    """Kill as often as asked, print each outcome and return how many went wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0, help="of the first kill")
    arguments = parser.parse_args()
    with open_folder() as folder:
        drop = _write_drop(folder / "drop")
        with Installation(folder / "untouched") as untouched:
            started = time.monotonic()
            untouched.engagement("move").import_files(drop)
            seconds = time.monotonic() - started
            wanted = _exports(untouched)
        wrong = 0
        for seed in range(arguments.seed, arguments.seed + arguments.kills):
            with Installation(folder / f"home-{seed}") as victim:
                outcome = _kill_and_resume(victim, drop, random.Random(seed), seconds, wanted)  # noqa: S311 - a seeded draw
            print(f"seed {seed}: {outcome}", flush=True)
            wrong += not outcome.endswith("identical")
    print(f"{arguments.kills - wrong} of {arguments.kills} kills ended identical.")
    return wrong


def _kill_and_resume(
    home: Installation, drop: Path, draw: random.Random, seconds: float, wanted: str
) -> str:
    target, moment = draw.choice(TARGETS), draw.uniform(0.1, seconds)
    move = home.engagement("move")
    process = home.start("import", drop, *move.options, "--json")
    time.sleep(moment)
    if target in ("run", "both"):
        process.kill()
    if target in ("postgres", "both"):
        for pid in _postmasters(home):
            os.kill(pid, signal.SIGKILL)
    process.communicate()
    killed = f"{target} killed after {moment:.2f} s"
    problem = _resume(move, drop)
    if problem is None and home.json("reconcile") != {"findings": []}:
        problem = "reconcile found something"
    if problem is None and _exports(home) != wanted:
        problem = "exports differ"
    return f"{killed}: {problem or 'identical'}"


def _resume(move: EngagementOf, drop: Path) -> str | None:
    """Run the session until it is done; None, or what is wrong."""
    home = move.installation
    listed = home.run("status", *move.options, "--json")
    if listed.returncode == 2:  # killed before the session was registered: nothing half-written
        home.run("import", drop, *move.options)
        return None
    for _ in range(MOST_RUNS):
        done = home.run("run", *move.options, "--session", "s001", "--json")
        if done.returncode == 0:
            return None
    return f"not done after {MOST_RUNS} runs: {done.stdout.strip()} {done.stderr.strip()}"


def _postmasters(home: Installation) -> Iterator[int]:
    for pid_file in home.home.resolve().rglob("postmaster.pid"):
        yield int(pid_file.read_text("ascii").splitlines()[0])


def _exports(home: Installation) -> str:
    return json.dumps(home.tables("move", TABLES), sort_keys=True, default=str)


def _write_drop(folder: Path) -> Path:
    folder.mkdir()
    rows = "\n".join(f"srv-{n:05d},Ubuntu 22.04,10.{n // 250}.{n % 250}.7" for n in range(3_000))
    (folder / "servers.csv").write_text(f"Hostname,OS,IP Address\n{rows}\n")
    return folder


if __name__ == "__main__":
    sys.exit(min(main(), 1))
