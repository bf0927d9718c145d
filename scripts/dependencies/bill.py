"""The bill of materials of this environment, in CycloneDX."""

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).parents[2]


def written() -> dict[str, Any]:
    """Write the bill of what is installed here, validated against the schema of CycloneDX.

    What users do not install, as their lock does not name it, has the scope `excluded`.
    """
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "bill.json"
        subprocess.run(  # noqa: S603 - fixed arguments
            [
                *(Path(sys.executable).parent / "cyclonedx-py", "environment"),
                *("--pyproject", PROJECT / "pyproject.toml", "--short-PURLs"),
                *("--output-reproducible", "--validate", "--output-file", file, sys.executable),
            ],
            check=True,
            stderr=subprocess.DEVNULL,
        )
        bill: dict[str, Any] = json.loads(file.read_text("utf-8"))
    product = locked(PROJECT / "requirements.lock")
    bill["components"] = [
        component
        for component in bill["components"]
        if normal(component["name"]) != "discovery-dagster"  # the subject, installed for editing
    ]
    for component in bill["components"]:
        named = normal(component["name"]) in product
        component["scope"] = "required" if named else "excluded"
    return bill


def locked(lock: Path) -> dict[str, str]:
    """The packages of a lock with their versions; of two for different Pythons, the newer."""
    pins = re.findall(r"^([\w.-]+)==(\S+)", lock.read_text("utf-8"), re.MULTILINE)
    return {normal(name): version for name, version in pins}


def normal(name: str) -> str:
    """The name as PEP 503 normalises it."""
    return re.sub(r"[-_.]+", "-", name).lower()
