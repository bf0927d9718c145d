"""Whether requirements.lock is what pyproject.toml asks for; `--write` brings it in step.

The lock pins versions and hashes and names no registry host, so that any mirror serves it.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

PROJECT = Path(__file__).parents[1]
LOCK = PROJECT / "requirements.lock"


def resolved() -> str:
    """Resolve pyproject.toml again, keeping the locked versions where they still fit."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "requirements.lock"
        if LOCK.exists():
            shutil.copy(LOCK, copy)
        subprocess.run(  # noqa: S603 - fixed arguments
            [
                *(Path(sys.executable).parent / "uv", "pip", "compile", "pyproject.toml"),
                *("--extra", "dev", "--universal", "--python-version", "3.11", "--quiet"),
                *("--generate-hashes", "--no-emit-index-url", "--no-header"),
                *("--output-file", copy),
            ],
            cwd=PROJECT,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        return copy.read_text("utf-8")


def main() -> int:
    """Compare or write the lock; return the exit code."""
    wanted = resolved()
    if "--write" in sys.argv:
        LOCK.write_text(wanted, "utf-8")
    elif LOCK.read_text("utf-8") != wanted:
        print("requirements.lock is not what pyproject.toml asks for: run `make lock`.")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
