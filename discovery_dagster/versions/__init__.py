"""The code version of each step: a digest of the code that decides its result, and of its data.

Nobody raises a version by hand. What a step's asset body reaches in the domain and the store is
found in the source, one definition at a time, together with the reference files that it loads;
comments, docstrings and layout do not count.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from discovery_dagster.versions.kept import fingerprint, keep, kept
from discovery_dagster.versions.reach import Reach, step_bodies
from discovery_dagster.versions.source import Package

#: The package as it is installed.
INSTALLED = Path(__file__).parent.parent


@cache
def code_versions() -> Mapping[str, str]:
    """Return the version of each step of this installation by its key.

    Reading the source takes 2 s of processor time, so what came of it is kept until a file changes;
    looking whether one did takes 12 ms.
    """
    digest = fingerprint(INSTALLED)
    versions = kept(digest)
    if versions is None:
        versions = versions_of(INSTALLED)
        keep(digest, versions)
    return versions


def versions_of(folder: Path) -> Mapping[str, str]:
    """Return the version of each step by its key: twelve hexadecimal digits.

    Args:
        folder: of the package `discovery_dagster`.

    Raises:
        UnknownReachError: when some code does not say literally what it loads.
    """
    package = Package(folder)
    reach = Reach(package)
    return {key: reach.digest(body) for key, body in step_bodies(package).items()}
