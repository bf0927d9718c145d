"""The living processes of an installation, found by what the kernel knows of them."""

import os
from pathlib import Path


def processes(home: Path, name: str, besides: str | None = None) -> dict[int, str]:
    """Living processes of the home whose command line has `name` and not `besides`, by number."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode().strip()
            surroundings = (folder / "environ").read_bytes().decode("utf-8", "replace")
        except OSError:
            continue
        ours = f"DISCOVERY_HOME={home}\0" in surroundings or f"{home}/postgres" in command
        wanted = name in command and (besides is None or besides not in command)
        if command and ours and wanted and folder.name != str(os.getpid()):
            found[int(folder.name)] = command
    return found
