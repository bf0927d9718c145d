"""The living processes of an installation, found by what the kernel knows of them."""

import os
import re
from collections.abc import Iterable
from pathlib import Path

_LISTENING = "0A"  # of a socket's state in /proc/net/tcp


def processes(home: Path, name: str, besides: str | None = None) -> dict[int, str]:
    """Living processes of the home whose command line has `name` and not `besides`, by number."""
    commands = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode().strip()
            surroundings = (folder / "environ").read_bytes().decode("utf-8", "replace")
        except OSError:
            continue
        ours = f"DISCOVERY_HOME={home}\0" in surroundings or f"{home}/postgres" in command
        wanted = name in command and (besides is None or besides not in command)
        if command and ours and wanted and folder.name != str(os.getpid()):
            commands[int(folder.name)] = command
    return commands


def ports(home: Path) -> set[int]:
    """The TCP ports on which processes of the home listen."""
    listening = {}
    for table in ("tcp", "tcp6"):
        for line in Path("/proc/net", table).read_text().splitlines()[1:]:
            place, state, inode = (line.split()[column] for column in (1, 3, 9))
            if state == _LISTENING:
                listening[inode] = int(place.rpartition(":")[2], 16)
    violations = set()
    for pid in processes(home, ""):
        for file in Path("/proc", str(pid), "fd").glob("*"):
            try:
                socket = re.fullmatch(r"socket:\[(\d+)\]", str(file.readlink()))
            except OSError:
                continue
            if socket and socket[1] in listening:
                violations.add(listening[socket[1]])
    return violations


def family(pids: Iterable[int]) -> set[int]:
    """The processes with all that they started: Postgres' backends hide whose they are."""
    parents = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            stat = (folder / "stat").read_text("ascii", "replace")
        except OSError:
            continue
        parents[int(folder.name)] = int(stat.rpartition(") ")[2].split()[1])
    members = set(pids)
    while more := {pid for pid, parent in parents.items() if parent in members} - members:
        members |= more
    return members - {os.getpid()}


def processor_seconds(pid: int) -> float:
    """Processor time of a process and of its children that ended; 0 when it has ended itself."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rpartition(") ")[2]
    except OSError:
        return 0.0
    return sum(int(field) for field in fields.split()[11:15]) / os.sysconf("SC_CLK_TCK")


def memory_bytes(pid: int) -> int:
    """Memory of a process, with what several processes share counted once among them."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
