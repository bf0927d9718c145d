"""Hosts that the text of a configuration names: in connection strings, URLs, paths and settings.

What such a text looks like is data (`reference/connection_strings.yaml`).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from ipaddress import ip_address
from typing import Any, Final

from discovery_dagster import reference
from discovery_dagster.domain.values.pairs import as_settings
from discovery_dagster.domain.values.secrets import hide

_HOST: Final = r"(?:\[[0-9a-fA-F:.]+\]|[A-Za-z0-9](?:[\w.-]*\w)?)"
_PORTED: Final = rf"(?:{_HOST}:\d+)"
_LIST: Final = rf"{_HOST}(?::\d+)?(?:,(?![\w+.-]*://){_HOST}(?::\d+)?)*"
_END: Final = r"""(?=\s*(?:[;,"'&()/\\:\n]|$)|\s++[\w.-][\w. -]*+=)"""
_ONE: Final = re.compile(rf"({_HOST})(?::(\d+)|\((\d+)\))?")
_WORDS: Final = (("~HOST", _HOST), ("~PORTED", _PORTED), ("~LIST", _LIST), ("~END", _END))
_PORTS: Final = range(1, 65_536)


@dataclass(frozen=True)
class Mention:
    """A host that a text names.

    `known` where it counts only if it is an asset; `syntax` says how it was written.
    """

    host: str  # lower case
    port: int | None
    relation: str
    known: bool
    syntax: str


def read(text: str) -> list[Mention]:
    """Return the other hosts that a text names, in their order."""
    text = as_settings(hide(text))
    mentions: list[tuple[int, Mention]] = []
    taken: list[range] = []
    for pattern, rule in _patterns():
        for match in pattern.finditer(text):
            span = range(*match.span())
            if any(match.start() in other or other.start in span for other in taken):
                continue
            matched = list(_mentions(match.groupdict(), rule))
            if matched:
                taken.append(span)
                mentions += [(match.start(), mention) for mention in matched]
    return [mention for _, mention in sorted(mentions, key=lambda one: one[0])]


def _mentions(groups: dict[str, str | None], rule: dict[str, Any]) -> Iterator[Mention]:
    scheme, usual, known = _scheme((groups.get("scheme") or "").lower())
    if not scheme:
        return
    usual = rule.get("usual", usual)
    listed_ports = groups.get("port") or groups.get("later") or ""
    ports = [int(port) for port in listed_ports.split(",") if port]
    hosts = _ONE.findall(groups["hosts"] or "")
    for at, (written, *own) in enumerate(hosts):
        host = written.strip("[].").lower()
        port = next((int(one) for one in own if one), None)
        if port is None and ports:
            port = ports[at] if len(ports) == len(hosts) else ports[0]
        port = usual if port is None else port
        if not _is_nobody(host) and (port is None or port in _PORTS):
            yield Mention(
                host,
                port,
                rule.get("relation", "depends_on"),
                known or rule.get("known", False),
                rule["name"],
            )


def _is_nobody(host: str) -> bool:
    try:
        address = ip_address(host)
    except ValueError:
        rules = reference.load("connection_strings")
        version = re.match(rules["versions"], host) is not None
        return host.isdigit() or version or host in rules["nobody"]
    return address.is_loopback or address.is_unspecified


def _scheme(scheme: str) -> tuple[bool, int | None, bool]:
    """Whether a scheme leads to a service, its usual port, and whether it often does not.

    `postgresql+psycopg` is PostgreSQL by a certain driver.
    """
    schemes = reference.load("connection_strings")["schemes"]
    if not scheme:
        return True, None, False
    for name in (scheme, scheme.partition("+")[0]):
        if name in schemes["web"]:
            return True, schemes["web"][name], True
        if name in schemes["other"]:
            return True, schemes["other"][name], False
    return False, None, False


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], dict[str, Any]], ...]:
    rules = reference.load("connection_strings")["patterns"]
    return tuple((re.compile(_spelled(rule["pattern"])), rule) for rule in rules)


def _spelled(pattern: str) -> str:
    for word, meaning in _WORDS:
        pattern = pattern.replace(word, meaning)
    return pattern
