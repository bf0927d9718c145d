"""Dagster's daemon as the only one of its database, wherever others are started.

Two daemons launch each run twice. Dagster itself notices a second one by its heartbeats, and goes
on all the same.
"""

import subprocess
from collections.abc import Mapping, Sequence

from discovery_dagster.cli.orphans import die_with_parent
from discovery_dagster.cli.supervisor import STOP_LIMIT
from discovery_dagster.store.database import Database
from discovery_dagster.store.presence import Presence

#: Seconds between two looks whether the place is still ours.
_INTERVAL = 1.0


def run_only_daemon(
    database: Database, command: Sequence[str], environment: Mapping[str, str]
) -> int:
    """Run the daemon to its end, and return its exit code; it ends with this process.

    Raises:
        ServicesElsewhereError: when another daemon has the database, now or after it was lost.
    """
    with Presence(database) as presence:
        daemon = subprocess.Popen(  # noqa: S603 - a command of our own environment
            command, env=environment, preexec_fn=die_with_parent
        )
        try:
            while True:
                try:
                    return daemon.wait(_INTERVAL)
                except subprocess.TimeoutExpired:
                    presence.keep()
        finally:
            daemon.terminate()
            try:
                daemon.wait(STOP_LIMIT)
            except subprocess.TimeoutExpired:
                daemon.kill()
                daemon.wait()
