"""What applications are called: whole names, and which spellings mean one application.

Sales & Marketing     WEBSHOP     Webshop (PROD)     WSHP
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, Self

from discovery_dagster import reference
from discovery_dagster.domain.words import fold

#: An end that may be an environment: `(PROD)`, `[test]`, ` - QA`.
_END: Final = re.compile(
    r"(?<!\s)\s*+[(\[]([^)\]]{1,40})[)\]]\s*+$|(?<!\s)\s++[-\u2013]\s++(\S{1,40})\s*+$"
)


@dataclass(frozen=True)
class ApplicationNames:
    """Which application each spelling means."""

    _called: Mapping[str, str]  # by key: what records of their own, or lists, call them
    _aliases: Mapping[str, str]
    _declared: frozenset[str]

    @classmethod
    def of(cls, declared: Iterable[tuple[str, Sequence[str]]], named: Iterable[str]) -> Self:
        """Index names.

        Args:
            declared: of applications that have records of their own, with their aliases.
            named: as lists name them beside other things, each as often as it stands there; the
                commonest spelling stands for all where no record has the name.
        """
        records = list(declared)
        called = {_key(name): name for name, _ in reversed(records)}
        whole = frozenset(called)
        short: dict[str, set[str]] = {}
        for name, others in records:
            for other in others:
                short.setdefault(_key(other), set()).add(called[_key(name)])
        aliases = {
            alias: next(iter(names))
            for alias, names in short.items()
            if len(names) == 1 and alias not in called
        }
        spellings = Counter(without_environment(name)[0] for name in named)
        for name, _ in sorted(spellings.items(), key=lambda item: (-item[1], item[0])):
            if _key(name) not in aliases and len(_parts(name)) == 1:
                called.setdefault(_key(name), name)
        return cls(called, aliases, whole)

    def read(self, text: str) -> list[str]:
        """Return the applications that a text names: one, or several that are all known."""
        name = without_environment(text)[0]
        key = _key(name)
        if key not in self._declared and key not in self._aliases:
            applications = [self.find(part) for part in _parts(name)]
            if len(applications) > 1 and None not in applications:
                return list(dict.fromkeys(one for one in applications if one))
        return [self.find(name) or name]

    def find(self, text: str) -> str | None:
        """Return what the application is called that a name or alias means, None for no one."""
        key = _key(without_environment(text)[0])
        return self._called.get(key) or self._aliases.get(key)


def without_environment(text: str) -> tuple[str, str | None]:
    """Return a name without the environment at its end, and that as written: `Shop (PROD)`."""
    match = _END.search(text)
    if match is None:
        return text.strip(), None
    word = match[1] or match[2]
    return (text[: match.start()].strip(), word) if fold(word) in _environments() else (text, None)


def _key(name: str) -> str:
    return fold(name).replace(" ", "") or name.casefold()


def _parts(name: str) -> list[str]:
    return [part for part in re.split(_joints(), name) if part.strip()]


@cache
def _joints() -> str:
    joints = reference.load("applications")["joints"]
    return rf"\s+(?:{'|'.join(map(re.escape, joints))})\s+"


@cache
def _environments() -> frozenset[str]:
    listed = reference.load("environments").values()
    return frozenset(
        fold(word) for words in listed for word in (*words["declared"], *words["name"])
    )
