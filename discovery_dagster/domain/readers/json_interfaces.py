"""Addresses in lists of interfaces, which are no list of records themselves.

    {"name": "web01", "interfaces": [{"name": "eth0", "ip": {"address": "10.0.0.1/24"}}]}

gives `interfaces.ip.address` beside the list as it stands. Under which keys interfaces stand is
data in `reference/json_subjects.yaml`.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from ipaddress import ip_interface
from typing import Any, Final

from discovery_dagster import reference
from discovery_dagster.domain.words import fold

_KEYS: Final = 4_096  # that are remembered
_LEVELS: Final = 3  # of objects inside an interface
_MOST: Final = 1_000  # interfaces that are looked at
_JOIN: Final = "; "
_MAC: Final = re.compile(r"(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}")


def addresses_in(key: str, value: Any) -> dict[str, str]:
    """Return the addresses of the interfaces in `value`, by the path to them; none in other lists.

    Args:
        key: under which `value` stands.
        value: any value of an object.
    """
    if not isinstance(value, list) or not _holds_interfaces(key):
        return {}
    addresses: dict[str, list[str]] = {}
    for interface in value[:_MOST]:
        for path, text in _texts(interface, "", _LEVELS):
            addresses.setdefault(path, []).append(text)
    return {
        path: _JOIN.join(texts) for path, texts in addresses.items() if all(map(_is_address, texts))
    }


def _texts(value: Any, path: str, levels: int) -> Iterator[tuple[str, str]]:
    if not isinstance(value, dict) or not levels:
        return
    for key, member in value.items():
        inner = f"{path}.{key}" if path else key
        if isinstance(member, str) and member:
            yield inner, member
        else:
            yield from _texts(member, inner, levels - 1)


def _is_address(text: str) -> bool:
    if _MAC.fullmatch(text):
        return True
    try:
        ip_interface(text)
    except ValueError:
        return False
    return True


@lru_cache(_KEYS)
def _holds_interfaces(key: str) -> bool:
    return fold(key) in map(fold, reference.load("json_subjects")["interfaces"])
