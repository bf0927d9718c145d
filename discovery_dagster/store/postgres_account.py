"""Whose the embedded server is: the account it runs as, and folders which that account can reach.

Postgres refuses to run as root, so root hands it to another account. No folder that is not the
server's own is ever given other modes.
"""

import hashlib
import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

#: Where root keeps what an ordinary account could not reach below root's own folders.
_SHARED = Path("/var/lib/discovery")

_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


class EmbeddedPostgresError(RuntimeError):
    """The embedded server cannot be run; the message is one sentence."""


@dataclass(frozen=True)
class Account:
    """The account that the server runs as; `other` when it is not that of this process."""

    uid: int
    gid: int
    other: bool

    @classmethod
    def choose(cls, run_as: str | None) -> Self:
        """Return this process's account, or for root `run_as`, else `postgres`, else `nobody`.

        Raises:
            EmbeddedPostgresError: when root names an account that does not exist.
        """
        if os.getuid() != 0:
            return cls(os.getuid(), os.getgid(), other=False)
        for name in [run_as] if run_as else ["postgres", "nobody"]:
            try:
                entry = pwd.getpwnam(name)
            except KeyError:
                continue
            return cls(entry.pw_uid, entry.pw_gid, other=True)
        raise EmbeddedPostgresError(
            f"There is no account {run_as or 'postgres or nobody'} to run Postgres as: "
            "root cannot; name one in DISCOVERY_POSTGRES_USER."
        )

    def run(self, *command: object) -> subprocess.CompletedProcess[str]:
        """Run a command as this account, apart from the terminal, so that Ctrl-C spares it."""
        as_account: dict[str, Any] = {}
        if self.other:
            as_account = {"user": self.uid, "group": self.gid, "extra_groups": []}
        # A file, not a pipe: the server inherits it and would keep a pipe open.
        with tempfile.TemporaryFile("w+") as said:
            done = subprocess.run(  # noqa: S603 - commands of this module
                list(map(str, command)),
                cwd="/",
                env=_ENVIRONMENT,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                start_new_session=True,
                check=False,
                **as_account,
            )
            said.seek(0)
            return subprocess.CompletedProcess(done.args, done.returncode, said.read(), "")

    def own_folder(self, folder: Path) -> None:
        """Make a folder that only this account can enter.

        Raises:
            EmbeddedPostgresError: when it exists and belongs to somebody else.
        """
        if not folder.exists():
            folder.parent.mkdir(parents=True, exist_ok=True)
            folder.mkdir(mode=0o700)
            os.chown(folder, self.uid, self.gid)
        if folder.lstat().st_uid != self.uid:
            raise EmbeddedPostgresError(f"{folder} belongs to another account.")
        folder.chmod(0o700)

    def can_reach(self, path: Path) -> bool:
        """Whether this account can walk down to `path`."""
        return all(
            part.stat().st_mode & 0o001
            or (part.stat().st_uid == self.uid and part.stat().st_mode & 0o100)
            for part in (path, *path.parents)
            if part.exists()
        )

    def remove(self, folder: Path) -> None:
        """Remove what an interrupted start left behind."""
        if folder.exists():
            shutil.rmtree(folder)


def data_folder(home: Path, account: Account) -> Path:
    """Return the server's folder: below `home`, or below a shared one where root's home is shut."""
    if not account.other or account.can_reach(home.resolve()):
        return home / "postgres"
    return _SHARED / _tag(home)


def reachable_installation(installation: Path, account: Account) -> Path:
    """Return the binaries, copied once to where the account can reach them if it cannot here."""
    if not account.other or account.can_reach(installation.resolve() / "bin"):
        return installation
    copy = _SHARED / f"binaries-{_tag(installation)}" / installation.name
    if not copy.exists():
        copy.parent.mkdir(parents=True, exist_ok=True)
        aside = Path(tempfile.mkdtemp(dir=copy.parent))
        aside.chmod(0o755)
        shutil.copytree(installation, aside / "copy", symlinks=True)
        (aside / "copy").rename(copy)
        aside.rmdir()
    return copy


def short_folder(base: Path, account: Account) -> Path:
    """Return a folder with a short path, for a socket whose own path would be too long."""
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    parent = Path(runtime) if runtime and not account.other else Path(tempfile.gettempdir())
    return parent / f"discovery-{account.uid}-{_tag(base)}"


def is_postmaster_of(pid: int, data: Path) -> bool:
    """Whether the process is a living server of this data folder."""
    if Path("/proc/self/stat").exists():
        try:
            state = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[0]
            return state != "Z" and Path(f"/proc/{pid}/cwd").readlink() == data.resolve()
        except OSError:
            return False
    listed = subprocess.run(  # noqa: S603 - fixed command
        ["/bin/ps", "-o", "stat=,comm=", "-p", str(pid)],
        capture_output=True,
        text=True,
        check=False,
    ).stdout.split()
    return len(listed) > 1 and not listed[0].startswith("Z") and "postgres" in listed[1]


def _tag(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:12]
