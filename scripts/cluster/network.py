"""A machine of its own for a worker: a network namespace on a cable that can be drawn out.

It also has mounts of its own, in which the homes of others are empty: what a worker there reads, it
has from the bucket or from Postgres. The kernel lets root have both; others do without.
"""

import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

#: Where the engines listen when everything is on one network.
_LOOPBACK = "127.0.0.1"


@dataclass(frozen=True)
class Machine:
    """Where a worker runs; `refusal` says why it is none of its own, where it is none.

    Attributes:
        host: address at which it, and everybody else, finds the engines.
        name: of its namespace; None where there is none.
        cable: the end of its cable that is on our side.
        refusal: what the system said.
    """

    host: str
    name: str | None = None
    cable: str = ""
    refusal: str = ""

    def command(self, command: Sequence[str], hidden: Sequence[Path]) -> list[str]:
        """The command that runs `command` there, with the folders `hidden` empty."""
        if self.name is None:
            return list(command)
        mounts = "; ".join(f"mount -t tmpfs none {folder}" for folder in hidden)
        inside = ["unshare", "--mount", "sh", "-ec", f'{mounts}; exec "$@"', "sh", *command]
        return ["ip", "netns", "exec", self.name, *inside]

    def cut(self) -> None:
        """Draw the cable out: nothing that is sent arrives, and nobody is told."""
        _run("ip", "link", "set", self.cable, "down")

    def mend(self) -> None:
        """Put the cable back."""
        _run("ip", "link", "set", self.cable, "up")


@contextmanager
def machine() -> Iterator[Machine]:
    """A machine of its own, gone at the end; where that is not permitted, this one."""
    number = os.getpid()
    name, ours, theirs = f"discovery-{number}", f"dc{number}a", f"dc{number}b"
    network = f"10.213.{number % 250}"
    host = f"{network}.1"
    try:
        _run("ip", "netns", "add", name)
    except (OSError, subprocess.CalledProcessError) as error:
        yield Machine(_LOOPBACK, refusal=_reason(error))
        return
    try:
        _run("ip", "link", "add", ours, "type", "veth", "peer", "name", theirs)
        _run("ip", "link", "set", theirs, "netns", name)
        # The engines' address is not the cable's, so that it stays when the cable is drawn out.
        _run("ip", "address", "add", f"{host}/32", "dev", "lo")
        _run("ip", "address", "add", f"{network}.254/24", "dev", ours)
        _run("ip", "link", "set", ours, "up")
        for command in (
            ("address", "add", f"{network}.2/24", "dev", theirs),
            ("link", "set", theirs, "up"),
            ("link", "set", "lo", "up"),
        ):
            _run("ip", "-n", name, *command)
        yield Machine(host, name, ours)
    finally:
        subprocess.run(["ip", "netns", "delete", name], check=False)
        subprocess.run(
            ["ip", "address", "delete", f"{host}/32", "dev", "lo"],
            check=False,
            stderr=subprocess.DEVNULL,
        )


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True, text=True)


def _reason(error: OSError | subprocess.CalledProcessError) -> str:
    message = getattr(error, "stderr", None) or str(error)
    return str(message).strip().splitlines()[-1]
