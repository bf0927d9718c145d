"""What all headers of a table have before or behind them, and none of them means.

    serv_name,serv_os,serv_ip_address          Details_Table0_Netbios_Name0,Details_Table0_Domain0
    Netbios_Name01,SerialNumber01              no other of its name, so the number counts nothing

Views of databases, reports and business intelligence write the table before each of its columns.
Only what most headers share is taken off, and only of those that mean nothing with it. Which words
tell of something else than the things themselves is data (`header_words`, `affixes`).

Where no header names the things, one that does so in such tables alone stands in: the hypervisors
of a list of nothing else, nicknames beside addresses (`header_words`, `named_instead`).
"""

import re
from collections import Counter
from collections.abc import Sequence, Set
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from discovery_dagster.domain.headers import synonyms
from discovery_dagster.domain.headers.meanings import Meaning, find_meaning
from discovery_dagster.domain.headers.words import stand_for
from discovery_dagster.domain.tables.words import AssetType
from discovery_dagster.domain.words import fold
from discovery_dagster.reference import load

_PARTS: Final = re.compile(r"[_.:\[\]]+")
#: Numbers that views put behind their columns, and any number there.
_ZERO: Final = re.compile(r"(?<=[^\W\d_])0[01]?$")
_NUMBER: Final = re.compile(r"(?<!\d)\d+$")
_ACRONYM: Final = re.compile(r"([A-Z]{2,5})(?:[ _-]|(?=[A-Z][a-z]))")
_NAMES: Final = frozenset({"name", "hostname", "fqdn"})
_HOST: Final = "hypervisor host"
_FEWEST: Final = 3  # headers that share a prefix
_MOST: Final = 0.5  # least share of the headers that do
_NUMBERED: Final = 0.6  # least share of headers that end in a zero, as columns of SCCM do


def plain_headers(header: Sequence[str]) -> tuple[str, ...]:
    """Return the headers in their order, without what most share and none of them means."""
    zeros = sum(_ZERO.search(column) is not None for column in header)
    numbered = zeros >= max(_FEWEST, _NUMBERED * len(header))
    alone = Counter(_NUMBER.sub("", column.strip()) for column in header)
    parts = [
        _parts(column, numbered or alone[_NUMBER.sub("", column.strip())] == 1) for column in header
    ]
    prefix = _shared(parts)
    return _with_names(
        tuple(
            column if _is_known(column) else _without(column, own, prefix)
            for column, own in zip(header, parts, strict=True)
        )
    )


def _with_names(header: tuple[str, ...]) -> tuple[str, ...]:
    """Call the header by a name that stands in for one, where none names the things."""
    meanings = [find_meaning(column, synonyms.ASSETS) for column in header]
    folded = [fold(column) for column in header]
    if any(meaning is not None and _names(meaning) for meaning in meanings):
        return _with_hosts(header, folded)
    fields = {meaning.field for meaning in meanings if meaning is not None}
    for naming in _instead():
        at = next((folded.index(word) for word in naming.words if word in folded), None)
        others = {*folded} - {*naming.words}
        if at is not None and naming.holds(fields) and not others & _of_virtual_machines():
            return (*header[:at], naming.header, *header[at + 1 :])
    return tuple(map(_without_acronym, header))


def _with_hosts(header: tuple[str, ...], folded: Sequence[str]) -> tuple[str, ...]:
    """Call the computers of Hyper-V's lists what they are, beside the names of their machines."""
    telling, hosts = _of_hyper_v()
    if "name" not in folded or not telling & {*folded}:
        return header
    pairs = zip(header, folded, strict=True)
    return tuple(_HOST if word in hosts else column for column, word in pairs)


@cache
def _of_hyper_v() -> tuple[frozenset[str], frozenset[str]]:
    rules = load("virtual_machines")["hyper_v"]
    return frozenset(map(fold, rules["telling"])), frozenset(map(fold, rules["hosts"]))


def _names(meaning: Meaning) -> bool:
    """Whether a header names things themselves, not the cluster that they are in."""
    return meaning.field in _NAMES or meaning.named not in {None, AssetType.CLUSTER}


def _without_acronym(column: str) -> str:
    """Take a tool's acronym off a header that names machines without it: `OSDComputerName`."""
    acronym = _ACRONYM.match(column)
    if acronym is None or fold(acronym[1]) in _others() or _is_known(column):
        return column
    rest = column[acronym.end() :]
    meaning = find_meaning(rest, synonyms.ASSETS)
    return rest if meaning is not None and meaning.whole and _names(meaning) else column


@dataclass(frozen=True)
class _Naming:
    """Headers that name the things of a table where nothing else does."""

    header: str
    words: tuple[str, ...]
    beside: frozenset[str]

    def holds(self, fields: Set[str | None]) -> bool:
        """Whether a table of these fields is one where they do."""
        return not self.beside or bool(self.beside & fields)


@cache
def _instead() -> tuple[_Naming, ...]:
    return tuple(
        _Naming(rule["header"], tuple(map(fold, rule["words"])), frozenset(rule["beside"]))
        for rule in load("header_words")["named_instead"]
    )


@cache
def _of_virtual_machines() -> frozenset[str]:
    words = load("virtual_machines")["telling"]["headers"]
    hosts = {word for naming in _instead() for word in naming.words}
    return frozenset(map(fold, words)) - hosts - _of_hypervisors()


@cache
def _of_hypervisors() -> frozenset[str]:
    return frozenset(map(fold, load("header_words")["of_hypervisors"]))


def _parts(column: str, numbered: bool) -> list[str]:
    parts = [part for part in _PARTS.split(column.strip()) if part]
    if numbered and parts:
        parts[-1] = _ZERO.sub("", parts[-1])
    return [part for part in parts if part.lower() not in _rules()["nothing"]]


def _shared(headers: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """The longest prefix that most headers share, empty where it tells of something else."""
    counted = Counter(
        tuple(part.lower() for part in parts[:length])
        for parts in headers
        for length in range(1, len(parts))
    )
    enough = max(_FEWEST, _MOST * len(headers))
    common = [prefix for prefix, count in counted.items() if count >= enough]
    longest = max(common, key=len, default=())
    return () if any(_describes_others(part) for part in longest) else longest


def _describes_others(part: str) -> bool:
    words = fold(part).split()
    meanings = {meaning for word in words for meaning in stand_for(word)}
    return bool(meanings - set(_rules()["of_things"])) or bool(set(words) & _others())


@cache
def _others() -> frozenset[str]:
    return frozenset(map(fold, (*_rules()["of_parts"], *load("header_words")["of_others"])))


def _without(column: str, parts: list[str], prefix: tuple[str, ...]) -> str:
    lower = tuple(part.lower() for part in parts[: len(prefix)])
    rest = parts[len(prefix) :] if prefix and lower == prefix else parts
    plain = " ".join(rest)
    return plain if plain and _is_known(plain) else column


def _is_known(column: str) -> bool:
    return find_meaning(column, synonyms.ASSETS) is not None


def _rules() -> Any:
    return load("header_words")["affixes"]
