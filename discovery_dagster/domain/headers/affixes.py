"""What all headers of a table have before or behind them, and none of them means.

    serv_name,serv_os,serv_ip_address          Details_Table0_Netbios_Name0,Details_Table0_Domain0
    Netbios_Name01,SerialNumber01              no other of its name, so the number counts nothing

Views of databases, reports and business intelligence write the table before each of its columns.
Only what most headers share is taken off, and only of those that mean nothing with it. Which words
tell of something else than the things themselves is data (`header_words`, `affixes`).
"""

import re
from collections import Counter
from collections.abc import Sequence
from functools import cache
from typing import Any, Final

from discovery_dagster.domain.headers import synonyms
from discovery_dagster.domain.headers.meanings import find_meaning
from discovery_dagster.domain.headers.words import stand_for
from discovery_dagster.domain.words import fold
from discovery_dagster.reference import load

_PARTS: Final = re.compile(r"[_.:\[\]]+")
#: Numbers that views put behind their columns, and any number there.
_ZERO: Final = re.compile(r"(?<=[^\W\d_])0[01]?$")
_NUMBER: Final = re.compile(r"(?<!\d)\d+$")
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
    return tuple(
        column if _is_known(column) else _without(column, own, prefix)
        for column, own in zip(header, parts, strict=True)
    )


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
