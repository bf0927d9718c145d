"""What names of machines tell by conventions that the estate itself shows.

How those of an application begin, where those of no other application do; and the letter that
stands for an environment.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Final

from discovery_dagster import reference

_DELIMITERS: Final = "-_."
_LETTER: Final = re.compile(r"([a-z])\d{1,4}$")


def prefixes(known: Iterable[tuple[str, str]], taken: Collection[str]) -> dict[str, str]:
    """Return the application of each beginning that tells it.

    Args:
        known: names of machines in lower case, each with its only application.
        taken: the names of all machines that serve any.
    """
    names: dict[str, set[str]] = defaultdict(set)
    for name, application in known:
        names[application].add(name)
    least = reference.load("applications")["convention"]["letters"]
    by_prefix: dict[str, str] = {}
    for application, own in names.items():
        prefix = _beginning(_alike(own, least))
        letters = sum(letter.isalpha() for letter in prefix)
        others = any(name.startswith(prefix) for name in taken if name not in own)
        if letters >= least and not others:
            by_prefix[prefix] = application
    return by_prefix


def _alike(names: Collection[str], letters: int) -> Collection[str]:
    """Most of the names, where these begin alike: a host of databases is often called otherwise."""
    groups: dict[str, list[str]] = defaultdict(list)
    for name in names:
        groups[name[:letters]].append(name)
    largest = max(groups.values(), key=len)
    return largest if 2 * len(largest) > len(names) else ()


def _beginning(names: Collection[str]) -> str:
    """What names begin with: up to a delimiter where there is one, never into their numbers."""
    if not names:
        return ""
    first, last = min(names), max(names)
    alike = [one == other for one, other in zip(first, last, strict=False)]
    common = first[: (*alike, False).index(False)]
    ends = [at for at, letter in enumerate(common) if letter in _DELIMITERS]
    if ends:
        return common[: ends[0] + 1]
    return common.rstrip("0123456789") if len(names) > 1 else ""


def environments_by_letter(names: Mapping[str, str], stated: Mapping[str, str]) -> dict[str, str]:
    """Return the environment that the last letter of each name tells, where it tells one.

    Args:
        names: of machines in lower case, without domains, by what stands for them.
        stated: the environment of those of which one is stated.
    """
    rules = reference.load("applications")["letters"]
    letters = {one: match[1] for one, name in names.items() if (match := _LETTER.search(name))}
    seen: dict[str, Counter[str]] = defaultdict(Counter)
    for one, letter in letters.items():
        if one in stated:
            seen[letter][stated[one]] += 1
    by_letter = {}
    for letter, environments in seen.items():
        environment, often = environments.most_common(1)[0]
        enough = often >= max(rules["least"], rules["share"] * environments.total())
        if enough and environment in rules["mean"].get(letter, ()):
            by_letter[letter] = environment
    return {one: by_letter[letter] for one, letter in letters.items() if letter in by_letter}
