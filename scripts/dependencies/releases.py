"""Each locked package with the day of its release and its licence, as `docs/dependencies.csv`."""

import csv
import io
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scripts.dependencies.bill import PROJECT, locked, normal
from scripts.dependencies.licences import licence_of

LIST = PROJECT / "docs" / "dependencies.csv"
_COLUMNS = ("package", "version", "released", "licence", "used_for")


def written(bill: Mapping[str, Any]) -> str:
    """Write the list; the registry is asked for the days, by uv.

    A package for another system or Python than this one has no licence here.
    """
    product = locked(PROJECT / "requirements.lock")
    licences = {normal(each["name"]): licence_of(each) for each in bill["components"]}
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for (name, version), day in sorted(_days().items()):
        purpose = "product" if name in product else "development"
        writer.writerow([name, version, day, licences.get(name, ""), purpose])
    return text.getvalue()


def missing() -> list[str]:
    """A sentence for each locked package that the list has not in its version."""
    with LIST.open(encoding="utf-8", newline="") as file:
        listed = {(row["package"], row["version"]) for row in csv.DictReader(file)}
    pins = locked(PROJECT / "requirements-dev.lock").items()
    return [f"{name} {version} is not in {LIST.name}." for name, version in pins - listed]


def _days() -> dict[tuple[str, str], str]:
    """The day on which each version came to the registry."""
    with tempfile.TemporaryDirectory() as folder:
        lock = Path(folder) / "pylock.toml"
        subprocess.run(  # noqa: S603 - fixed arguments
            [
                *(Path(sys.executable).parent / "uv", "pip", "compile", "requirements-dev.lock"),
                *("--format", "pylock.toml", "--universal", "--python-version", "3.11"),
                *("--no-deps", "--quiet", "--output-file", lock),
            ],
            cwd=PROJECT,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        packages = tomllib.loads(lock.read_text("utf-8"))["packages"]
    return {(normal(each["name"]), each["version"]): _day(each) for each in packages}


def _day(package: Mapping[str, Any]) -> str:
    files = [*package.get("wheels", ()), *([package["sdist"]] if "sdist" in package else ())]
    times = [file["upload-time"] for file in files if "upload-time" in file]
    return f"{min(times):%Y-%m-%d}" if times else ""
