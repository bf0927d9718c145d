"""What is taken out of a client's text before a language model is shown it.

Mail addresses, phone numbers, addresses of networks and devices, serial numbers, keys and what
stands in columns about people go as their kind, some with their shape: `<mail>`,
`<serial: AA999999>`. What is recognised, and how, is data (`reference/prompts/masking.yaml`). Names
of hosts and products stay: they are what is asked about.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from ipaddress import AddressValueError, IPv6Address
from itertools import pairwise
from typing import Any, Final

from discovery_dagster import reference
from discovery_dagster.domain.proposals.facts import Fact, Facts
from discovery_dagster.domain.values.secrets import hide
from discovery_dagster.domain.words import fold

_SHAPE: Final = 24  # characters of a shape
_KEPT: Final = 1 << 16  # texts whose mask is remembered: cells of an estate repeat
#: Changes of a key's characters between capitals, small letters and digits, in each character. Of
#: random ones 0.64 with capitals and 0.40 without; of `MicrosoftSqlServer` 0.28.
_RANDOM: Final = {True: 0.3, False: 0.25}
_DOZEN: Final = 12
_MOST: Final = 256  # characters of a key that are looked at


@dataclass(frozen=True)
class _Rule:
    kind: str
    pattern: re.Pattern[str]
    holds: Callable[[str], bool]


@lru_cache(_KEPT)
def mask(text: str) -> str:
    """Return `text` with what identifies a person or a device, and every secret, as its kind.

    What is masked already stays as it is, so that masking again changes nothing.
    """
    text = hide(text)
    for rule in _rules():
        text = rule.pattern.sub(lambda match, rule=rule: _replaced(match, rule), text)  # type: ignore[misc]
    return text


def mask_facts(facts: Facts) -> dict[str, Fact]:
    """Return the facts of a question as they may leave: every text masked.

    The values of a column that is about people, serial numbers or secrets go as their kind whole.
    Which column that is, its header says: the key of a mapping, or the fact `header` of the fact
    `samples`; a mail address among a column's values says that it is about people.
    """
    header = facts.get("header")
    return {
        name: _masked(value, header if name == "samples" and isinstance(header, str) else "")
        for name, value in facts.items()
    }


def _masked(value: Fact, header: str) -> Fact:
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, Mapping):
        return {mask(name): _of_column([cell], name)[0] for name, cell in value.items()}
    return _of_column(value, header)


def _of_column(cells: Sequence[str], header: str) -> list[str]:
    masked = [mask(cell) for cell in cells]
    kind = _column_kind(header)
    if kind is None and header and "<mail>" in masked:
        kind = "person"
    return masked if kind is None else [_whole(kind, cell) for cell in masked]


def _whole(kind: str, masked: str) -> str:
    """A masked cell as one kind as a whole; the kind that it has already is the better word."""
    return masked if _placeholder().fullmatch(masked) or not masked else _as(kind, masked)


def _replaced(match: re.Match[str], rule: _Rule) -> str:
    groups = match.groupdict()
    if groups["masked"] or not rule.holds(match[0]):
        return match[0]
    kept = groups.get("kept") or ""
    return kept + _as(rule.kind, match[0].removeprefix(kept))


def _as(kind: str, text: str) -> str:
    return f"<{kind}: {_shape(text)}>" if kind in _data()["shaped"] else f"<{kind}>"


def _shape(text: str, length: int = _SHAPE) -> str:
    """The text with nothing left of it but which characters are letters and digits."""
    shape = "".join(
        "9" if char.isdigit() else "A" if char.isupper() else "a" if char.isalnum() else "-"
        for char in text[:length]
    )
    return shape + ("…" if len(text) > length else "")


def _column_kind(header: str) -> str | None:
    """What the values of a column are as a whole, None where its header does not say."""
    folded = fold(header)
    for kind, rule in _columns().items():
        rest = rule["not"].sub(" ", folded)
        if rule["words"].search(rest):
            return kind
    return None


@cache
def _columns() -> dict[str, dict[str, re.Pattern[str]]]:
    secret = {"words": reference.load("secrets")["words"], "parts": [], "not": []}
    return {
        kind: {
            "words": re.compile(
                "|".join([_whole_words(words["words"]), *map(fold, words["parts"])])
            ),
            "not": re.compile(_whole_words(words["not"]) if words["not"] else r"(?!)"),
        }
        for kind, words in {**_data()["columns"], "secret": secret}.items()
    }


def _whole_words(words: Sequence[str]) -> str:
    return rf"\b(?:{'|'.join(sorted({fold(word) for word in words}, key=len, reverse=True))})\b"


@cache
def _rules() -> tuple[_Rule, ...]:
    """The patterns, each beside what is masked already, which no pattern reads again."""
    return tuple(
        _Rule(
            rule["kind"],
            re.compile(
                f"(?P<masked>{_placeholder().pattern})|{_spelled(rule['pattern'])}",
                re.NOFLAG if rule.get("exact") else re.IGNORECASE,
            ),
            _CHECKS[rule.get("check", "")],
        )
        for rule in _data()["patterns"]
    )


@cache
def _placeholder() -> re.Pattern[str]:
    kinds = {rule["kind"] for rule in _data()["patterns"]} | {*_data()["columns"], "secret"}
    return re.compile(rf"<(?:{'|'.join(sorted(kinds))})(?:: [Aa9-]{{1,{_SHAPE}}}…?)?>")


def _spelled(pattern: str) -> str:
    for word, meaning in _data()["spellings"].items():
        pattern = pattern.replace(word, meaning)
    return pattern


def _is_ipv6(text: str) -> bool:
    """Whether it is an address of IPv6, with or without prefix length, zone or a colon after it."""
    written = re.split("[/%]", text)[0]
    for address in (written, written.removesuffix(":")):
        try:
            return int(IPv6Address(address)) > 0
        except AddressValueError:
            continue
    return False


def _is_random(text: str) -> bool:
    """Whether letters and digits change as often as in a key, and not as in words.

    Between its hyphens, at least once a dozen of them: names of hosts are parted more often.
    """
    kinds = _shape(max(re.split("[-_]", text), key=len), _MOST)
    changes = sum(one != next_ for one, next_ in pairwise(kinds))
    return len(kinds) >= _DOZEN and changes >= _RANDOM["A" in kinds] * len(kinds)


_CHECKS: Final[Mapping[str, Callable[[str], bool]]] = {
    "": lambda _: True,
    "ipv6": _is_ipv6,
    "letter": lambda text: not text.isdigit(),
    "random": _is_random,
}


def _data() -> dict[str, Any]:
    data: dict[str, Any] = reference.load("prompts/masking")
    return data
