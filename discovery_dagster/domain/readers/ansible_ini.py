"""Ansible's inventories as they are written mostly: sections of groups, with a host a line.

    [web]
    web[01:03].corp.example ansible_user=deploy env=prod

Other texts of sections hold settings (`key = value`) and are none.
"""

import re
import shlex
from typing import Final

from discovery_dagster.domain.file_limits import Limits
from discovery_dagster.domain.readers.ansible_hosts import NO_HOST, Host, Inventory, reading_of
from discovery_dagster.domain.source_tables import FileReading

_SECTION: Final = re.compile(r"^\[\s*([\w.-]+)(?::(vars|children|hosts))?\s*\]\s*(?:[#;].*)?$")
_HOST: Final = re.compile(
    r"^[\w.\[\]:-]++(?:\s++[\w.-]++=(?:\"[^\"]*+\"|'[^']*+'|\S*+))*+\s*+(?:[#;].*)?$"
)
_COMMENTS: Final = ("#", ";")


def is_ansible_ini(start: str) -> bool:
    """Whether a text that starts like this is such an inventory: sections, and hosts in them."""
    lines = [line.strip() for line in start.splitlines()]
    lines = [line for line in lines if line and not line.startswith(_COMMENTS)]
    if len(start) >= _LONG and lines:
        lines.pop()  # cut off in its middle
    section, kind, hosts, sections = "", None, 0, 0
    for line in lines:
        match = _SECTION.match(line)
        if match:
            section, kind = match[1], match[2]
            sections += 1
        elif kind != "vars":
            if not _HOST.match(line):
                return False
            hosts += 1
    return bool(sections and hosts and section)


_LONG: Final = 65_536


def read_ansible_ini(text: str, encoding: str, name: str, limits: Limits) -> FileReading:
    """Read the hosts of the inventory `text`.

    Raises:
        UnreadableFileError: `limit_exceeded`.
    """
    inventory = Inventory()
    group, kind = "", None
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        match = _SECTION.match(stripped)
        if match:
            group, kind = match[1], match[2]
        if not stripped or stripped.startswith(_COMMENTS):
            inventory.others.append((number, "comment" if stripped else "blank_line"))
        elif match:
            inventory.others.append((number, NO_HOST))
        elif kind == "vars":
            key, _, value = stripped.partition("=")
            inventory.variables.setdefault(group, {})[key.strip()] = value.strip().strip("\"'")
            inventory.others.append((number, NO_HOST))
        elif kind == "children":
            inventory.parents.setdefault(stripped.split()[0], []).append(group)
            inventory.others.append((number, NO_HOST))
        else:
            pattern, *pairs = _words(stripped)
            variables = dict(pair.partition("=")[::2] for pair in pairs if "=" in pair)
            inventory.hosts.append(Host(number, pattern, group, variables))
    return reading_of(inventory, "ini", encoding, name, limits)


def _words(line: str) -> list[str]:
    try:
        return shlex.split(line, comments=True) or [line]
    except ValueError:  # a quote that nothing closes
        return line.split()
