"""Keeps the computed versions beside what Python keeps of this package, by what they are of."""

import hashlib
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from importlib.util import cache_from_source
from pathlib import Path

#: What decides a version, below the package's folder.
_SOURCES = ("defs/assets.py", "domain", "reference", "store", "versions")
_SUFFIXES = frozenset({".py", ".yaml", ".csv"})

_FILE = Path(cache_from_source(__file__)).with_suffix(".json")


def fingerprint(package: Path) -> str:
    """Return a digest of the name and bytes of every file that can have a part in a version."""
    total = hashlib.sha256()
    for source in _SOURCES:
        path = package / source
        for file in [path] if path.is_file() else _files(path):
            content = file.read_bytes()
            total.update(f"{file.relative_to(package).as_posix()} {len(content)} ".encode())
            total.update(content)
    return total.hexdigest()


def kept(digest: str) -> Mapping[str, str] | None:
    """Return the versions that were kept of a package with this fingerprint, if they were."""
    try:
        content = json.loads(_FILE.read_text("utf-8"))
    except (OSError, ValueError):
        return None
    versions: Mapping[str, str] = content["versions"]
    return versions if content["of"] == digest else None


def keep(digest: str, versions: Mapping[str, str]) -> None:
    """Keep the versions, unless the installation cannot be written: they are then computed again.

    Like what Python compiles, they go where `PYTHONPYCACHEPREFIX` says.
    """
    written = _FILE.with_suffix(f".{os.getpid()}")
    with suppress(OSError):
        _FILE.parent.mkdir(parents=True, exist_ok=True)
        written.write_text(json.dumps({"of": digest, "versions": versions}), "utf-8")
        written.replace(_FILE)


def _files(folder: Path) -> list[Path]:
    return sorted(file for file in folder.rglob("*.*") if file.suffix in _SUFFIXES)
