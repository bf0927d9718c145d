"""Operating systems that a target takes, each from a first release on (`targets.yaml`)."""

import re
from collections.abc import Mapping
from typing import Final

_NUMBER: Final = re.compile(r"\d+")


class System:
    """A release such as `Red Hat Enterprise Linux 7.9`, beside the systems that a target names."""

    def __init__(self, release: str, systems: Mapping[str, str]) -> None:
        """Find the longest of the names in `systems` that the release begins with."""
        names = [name for name in systems if f"{release} ".startswith(f"{name} ")]
        name = max(names, key=len, default=None)
        self.named = name is not None
        self._version = release.removeprefix(name or "").strip()
        self._first = systems[name] if name else ""

    @property
    def older(self) -> bool:
        """Whether the target takes later releases only.

        Unknown versions are not older, nor are those that may be the first release, such as `7`
        where that is `7.9`, or `12` where it is `12 SP4`. `2008` is another release than `2008 R2`.
        """
        may_be = self._first.startswith((f"{self._version}.", f"{self._version} SP"))
        return bool(self._version) and not may_be and _order(self._version) < _order(self._first)


def _order(version: str) -> tuple[int, ...]:
    return tuple(map(int, _NUMBER.findall(version)))
