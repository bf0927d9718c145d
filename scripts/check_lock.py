"""Whether the locks are what pyproject.toml asks for; `--write` brings them in step.

`requirements.lock` is what a user installs, `requirements-deploy.lock` that and what launches runs
on other machines, `requirements-dev.lock` all that and the tools of development, in the same
versions. They pin versions and hashes and name no registry host, so that any mirror serves them.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

PROJECT = Path(__file__).parents[1]

_INSTALLED, _LAUNCHERS = ["installer"], ["celery", "kubernetes"]

#: Each lock, with the extras of pyproject.toml that it has, and the lock whose versions it keeps.
LOCKS = {
    "requirements.lock": (_INSTALLED, None),
    "requirements-deploy.lock": ([*_INSTALLED, *_LAUNCHERS], "requirements.lock"),
    "requirements-dev.lock": ([*_INSTALLED, *_LAUNCHERS, "dev"], "requirements-deploy.lock"),
}


def resolved(folder: Path) -> dict[str, str]:
    """Resolve pyproject.toml again, keeping the locked versions where they still fit.

    In a folder of its own, so that no path of this machine gets into a lock.
    """
    shutil.copy(PROJECT / "pyproject.toml", folder)
    for lock, (extras, constraint) in LOCKS.items():
        if (PROJECT / lock).exists():
            shutil.copy(PROJECT / lock, folder / lock)
        subprocess.run(  # noqa: S603 - fixed arguments
            [
                *(Path(sys.executable).parent / "uv", "pip", "compile", "pyproject.toml"),
                *(option for extra in extras for option in ("--extra", extra)),
                *(("--constraint", constraint) if constraint else ()),
                *("--universal", "--python-version", "3.11", "--quiet", "--generate-hashes"),
                *("--no-emit-index-url", "--no-header"),
                *("--output-file", lock),
            ],
            cwd=folder,
            check=True,
            stdout=subprocess.DEVNULL,
        )
    return {lock: (folder / lock).read_text("utf-8") for lock in LOCKS}


def main() -> int:
    """Compare or write the locks; return the exit code."""
    with tempfile.TemporaryDirectory() as folder:
        wanted = resolved(Path(folder))
    old = [name for name, text in wanted.items() if not _is(PROJECT / name, text)]
    if "--write" in sys.argv:
        for name, text in wanted.items():
            (PROJECT / name).write_text(text, "utf-8")
    elif old:
        print(f"Not what pyproject.toml asks for: {', '.join(old)}. Run `make lock`.")
        return 1
    return 0


def _is(file: Path, text: str) -> bool:
    return file.exists() and file.read_text("utf-8") == text


if __name__ == "__main__":
    sys.exit(main())
