"""What is known of the deployments of applications."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Membership:
    """An asset that serves an application, and how that is known."""

    asset: str
    application: str  # ids
    evidence: str
    proposed: bool = False  # by a convention of names, or by what it talks with


@dataclass(frozen=True)
class Deployments:
    """What serves each application, and in which environment."""

    memberships: tuple[Membership, ...]
    environments: Mapping[str, str]  # by asset; `unknown` where nothing tells
    #: The deployment that each asset is a part of, as application and environment; what several
    #: applications share, and what serves none, is in none.
    of: Mapping[str, tuple[str, str]]
    shared: Mapping[str, frozenset[str]]  # the applications of what several share
    names: Mapping[str, str]  # of all assets, and of applications that are none
    applications: tuple[str, ...]  # those that are assets, then those that only lists name

    def served(self) -> dict[str, set[str]]:
        """What serves each application, by its name in lower case; the application included."""
        serving: dict[str, set[str]] = {}
        for one in self.memberships:
            name = (self.names[one.application] or "").lower()
            serving.setdefault(name, {one.application}).add(one.asset)
        return serving
