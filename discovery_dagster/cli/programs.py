"""The processes of `discovery up`: their commands, where they listen and where they write."""

import hashlib
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from discovery_dagster.cli.errors import UsageError
from discovery_dagster.cli.ports import Address
from discovery_dagster.cli.supervisor import Child
from discovery_dagster.defs.home import PROJECT, WORKSPACE, dagster_environment
from discovery_dagster.defs.tick_database import CODE_SERVER_SOCKET
from discovery_dagster.settings import Settings
from discovery_dagster.store.database import Database

#: Seconds that making Dagster's tables may take: 5 on an idle machine, 30 on a busy one.
_TABLES_LIMIT = 180

#: The address of a Unix socket ends at 104 bytes on macOS, at 108 on Linux.
_LONGEST_SOCKET_PATH = 100


def script(name: str) -> str:
    """Return where a program of a package is.

    Of an environment it is beside the interpreter; Debian's own Python has those of packages that
    it did not bring in another folder.
    """
    beside = Path(sys.executable).parent
    folders = (str(beside), sysconfig.get_path("scripts"), os.environ.get("PATH", ""))
    return shutil.which(name, path=os.pathsep.join(folders)) or str(beside / name)


def programs(settings: Settings, database: Database, api: Address, dagster: Address) -> list[Child]:
    """The children that `up` keeps running; those that ask the code server start after it."""
    socket = _code_server_socket(settings)
    socket.unlink(missing_ok=True)  # of one that was killed
    environment = {
        **os.environ,
        **dagster_environment(settings, database),
        CODE_SERVER_SOCKET: str(socket),
        # Seconds that the code server, told to end, waits for calls that it still answers.
        "DAGSTER_GRPC_SHUTDOWN_GRACE_PERIOD": "2",
    }
    # Not told to the workers, whose links outlive the port that the pages have today.
    serving = {**environment, "DISCOVERY_PAGES_URL": settings.pages_url or api.url}
    logs = settings.home / "logs"
    logs.mkdir(exist_ok=True)
    workspace = ["-w", str(WORKSPACE)]
    commands: Mapping[str, Sequence[str]] = {
        # One process, which is started again when it dies. `dagster code-server start` would have
        # two, and serve nothing any more when the inner one dies.
        "dagster-code-server": [
            *(sys.executable, "-m", "dagster", "api", "grpc", "--socket", str(socket)),
            *("--module-name", "discovery_dagster.definitions", "--attribute", "defs"),
            *("--location-name", "discovery", "--working-directory", str(PROJECT)),
        ],
        "dagster-webserver": [
            *(sys.executable, "-m", "discovery_dagster.defs.guarded_webserver"),
            *("-h", dagster.host, "-p", str(dagster.port), *workspace),
        ],
        "dagster-daemon": [script("dagster-daemon"), "run", *workspace],
        "discovery-api": [
            *(sys.executable, "-m", "discovery_dagster", "api", "--host", api.host),
            *("--port", str(api.port), "--dagster-url", dagster.url),
        ],
    }
    asking = ("dagster-webserver", "dagster-daemon")
    linking = ("dagster-webserver", "discovery-api")
    return [
        Child(
            name,
            command,
            # By which Postgres lists its connections.
            {**(serving if name in linking else environment), "PGAPPNAME": name},
            PROJECT,
            logs / f"{name}.log",
            after=socket if name in asking else None,
        )
        for name, command in commands.items()
    ]


def make_dagster_tables() -> None:
    """Make what is missing of Dagster's tables, in a process that ends: its imports take 200 MB.

    Raises:
        OSError: when it fails; says why.
    """
    command = [sys.executable, "-m", "discovery_dagster.defs.storage"]
    try:
        subprocess.run(  # noqa: S603 - of our own environment
            command, capture_output=True, text=True, timeout=_TABLES_LIMIT, check=True
        )
    except subprocess.SubprocessError as error:
        why = str(getattr(error, "stderr", None) or error).strip()
        raise OSError(f"Dagster could not make its tables: {why[-500:]}") from error


def _code_server_socket(settings: Settings) -> Path:
    """The socket of the code server, in a directory that only this account may enter.

    Whoever reaches it can have code executed, so it is no port, which every account reaches.
    """
    name = f"discovery-{os.getuid()}-{hashlib.sha256(os.fsencode(settings.home)).hexdigest()[:12]}"
    for directory in (settings.dagster_home / "sockets", Path(tempfile.gettempdir(), name)):
        socket = directory / "code-server"
        if len(os.fsencode(socket)) > _LONGEST_SOCKET_PATH:
            continue
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = directory.lstat()
        if status.st_uid != os.getuid() or status.st_mode & 0o077 or directory.is_symlink():
            raise UsageError(
                "unsafe_directory", f"{directory} must be a directory of this account alone."
            )
        return socket
    raise UsageError("long_path", "No directory is short enough for the code server's socket.")
