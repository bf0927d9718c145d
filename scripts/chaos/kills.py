"""What is killed with SIGKILL: an import at random or at a moment of a step, and its services."""

import json
import os
import random
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from discovery_dagster_tests.installation import PROJECT, EngagementOf, Installation
from discovery_dagster_tests.processes import processes
from discovery_dagster_tests.victim import Blow

#: Seconds that a session may take after a kill until it is done or has failed: 300 of them until a
#: run whose worker was killed while it started counts as lost.
PATIENCE = 480

#: Seconds that a session may read failed until its retry: that is what it reads from the moment at
#: which its run counts as lost to the next look of the services, which end it then.
PAUSE = 90

ABSENT = "absent"

#: How a session ends without a person. Absent or waiting it has no run yet: the import that was to
#: launch one was killed, and whoever started it starts it again.
_ENDED = ("done", ABSENT, "waiting")

#: How often a session may be asked for, or resumed, before it counts as lost.
MOST_RUNS = 4

#: Parts of the command lines of what `discovery up` runs.
SERVICES = {
    "worker": ("spawn_main",),
    "code server": ("api grpc",),
    "daemon": ("dagster-daemon",),
    "webserver": ("guarded_webserver",),
    "api": ("discovery_dagster api",),
    "postgres": ("postgres -D",),
    "everything": ("",),
}


@dataclass(frozen=True)
class Killed:
    """What was killed when, and the problem where a person would have been needed afterwards."""

    event: str
    problem: str | None = None


def import_killed(home: Installation, drop: Path, draw: random.Random, seconds: float) -> Killed:
    """Kill an import, its Postgres or both."""
    target, moment = draw.choice(("run", "postgres", "both")), draw.uniform(0.1, seconds)
    move = home.engagement("move")
    process = home.start("import", drop, *move.options, "--json")
    time.sleep(moment)
    if target in ("run", "both"):
        process.kill()
    if target in ("postgres", "both"):
        _kill(_postmasters(home))
    process.communicate()
    return Killed(f"{target} killed after {moment:.2f} s")


def step_killed(home: Installation, drop: Path, draw: random.Random, _seconds: float) -> Killed:
    """Kill an import, its Postgres or both at a moment of a step that chance would rarely meet."""
    blow, move = Blow.of(draw.randrange(1 << 16)), home.engagement("move")
    command = blow.command("import", drop, *move.options, "--json")
    subprocess.run(  # noqa: S603 - a command of our own
        command, env=home.environment, cwd=PROJECT, capture_output=True, check=False
    )
    return Killed(str(blow))


def services_killed(home: Installation, drop: Path, draw: random.Random, seconds: float) -> Killed:
    """Kill one of the services that run a session, or all; the session must end by itself.

    The services are started again when they were killed themselves, as a machine does that starts.
    """
    target, moment = draw.choice(sorted(SERVICES)), draw.uniform(0.5, 2 * seconds)
    up = _up(home)
    try:
        move = home.engagement("move")
        process = home.start("import", drop, *move.options, "--json")
        time.sleep(moment)
        for part in SERVICES[target]:
            _kill(processes(home.home, part))
        process.kill()
        process.communicate()
        if up.poll() is not None:
            up = _up(home)
        status = _await_end(move)
    finally:
        up.terminate()
        up.communicate()
    event = f"{target} of the services killed after {moment:.2f} s"
    return Killed(event, None if status in _ENDED else f"the session stays {status}")


def resume(move: EngagementOf, drop: Path) -> str | None:
    """Run the session until it is done; None, or what is wrong."""
    home = move.installation
    for _ in range(MOST_RUNS):  # a server that dies this moment ends the command that asks it
        listed = home.run("status", *move.options, "--json")
        if listed.returncode in (0, 2):
            break
    if listed.returncode == 2:  # killed before the session was registered: nothing half-written
        home.run("import", drop, *move.options)
        return None
    if listed.returncode != 0:
        return f"no status: {listed.stdout.strip()} {listed.stderr.strip()}"
    for _ in range(MOST_RUNS):
        done = home.run("run", *move.options, "--session", "s001", "--json")
        if done.returncode == 0:
            return None
    return f"not done after {MOST_RUNS} runs: {done.stdout.strip()} {done.stderr.strip()}"


Kill = Callable[[Installation, Path, random.Random, float], Killed]
KILLS: Sequence[Kill] = (import_killed, services_killed, step_killed)


def _up(home: Installation) -> subprocess.Popen[str]:
    up = home.start("up", "--api-port", "0", "--dagster-port", "0", "--json")
    if not up.stdout or not up.stdout.readline():
        raise RuntimeError(f"the services did not start: {up.communicate()}")
    return up


def _await_end(move: EngagementOf) -> str:
    """Wait until the session moves no more by itself; return its status."""
    deadline = time.monotonic() + PATIENCE
    status, failed_since = ABSENT, None
    while time.monotonic() < deadline:
        listed = move.installation.run("status", *move.options, "--json")
        if listed.returncode == 2:
            return ABSENT
        sessions = json.loads(listed.stdout).get("sessions", []) if listed.stdout else []
        status = sessions[0]["status"] if sessions else status
        failed_since = (failed_since or time.monotonic()) if status == "failed" else None
        if failed_since and time.monotonic() > failed_since + PAUSE:
            return status
        if status not in (ABSENT, "queued", "running", "waiting", "failed"):
            return status
        time.sleep(1)
    return status


def _postmasters(home: Installation) -> Iterator[int]:
    for pid_file in home.home.resolve().rglob("postmaster.pid"):
        yield int(pid_file.read_text("ascii").splitlines()[0])


def _kill(pids: Iterator[int] | dict[int, str]) -> None:
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
