"""Hosts of an Ansible inventory with their groups and variables, whatever it was written in.

Source: Ansible's documentation, "How to build your inventory": ranges in names (`web[01:03]`),
groups of groups, variables of groups, of which those of the nearest group win.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Final

from discovery_dagster.domain.file_limits import Limits, check_limit
from discovery_dagster.domain.readers.records import (
    Record,
    frame_of_records,
    ignored_record,
    read_record,
    source_table,
)
from discovery_dagster.domain.source_tables import FileReading

SHEET: Final = "ansible.hosts"
NO_HOST: Final = "no_host"
_EVERY: Final = frozenset({"all", "ungrouped"})
_RANGE: Final = re.compile(r"\[(\w+):(\w+)(?::(\d+))?\]")
_ADDRESS: Final = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}|(?=[^:]*+:)[0-9a-fA-F:]{2,}+")
_HOST_KEYS: Final = ("ansible_host", "ansible_ssh_host")
_FIXED: Final = ("name", "address", "connects to", "groups")
_DEPTH: Final = 32  # groups in one another


@dataclass(frozen=True)
class Host:
    """A host as one line names it: a pattern, the group that it stands in, and its variables."""

    line: int
    pattern: str
    group: str
    variables: Mapping[str, str | None]


@dataclass
class Inventory:
    """What an inventory says; `parents` are the groups that hold a group."""

    hosts: list[Host] = field(default_factory=list)
    parents: dict[str, list[str]] = field(default_factory=dict)
    variables: dict[str, dict[str, str | None]] = field(default_factory=dict)
    others: list[tuple[int, str]] = field(default_factory=list)  # lines of no host, and why

    def groups_of(self, group: str) -> list[str]:
        """The group and those around it, the nearest first, without those that hold every host."""
        groups, waiting = dict[str, None](), [group]
        while waiting and len(groups) < _DEPTH:
            one = waiting.pop(0)
            if one not in groups:
                groups[one] = None
                waiting += self.parents.get(one, [])
        return [each for each in groups if each and each not in _EVERY]


def reading_of(
    inventory: Inventory, container: str, encoding: str, name: str, limits: Limits
) -> FileReading:
    """Return the table of the hosts of `inventory`, several for a pattern.

    Raises:
        UnreadableFileError: `limit_exceeded`.
    """
    rows: list[tuple[int, dict[str, str | None]]] = []
    for host in inventory.hosts:
        check_limit(name, "hosts", _count(host.pattern) + len(rows), limits.yaml_nodes)
        rows += [(host.line, _cells(inventory, host, each)) for each in _names(host.pattern)]
    header = list(dict.fromkeys([*_FIXED, *(column for _, cells in rows for column in cells)]))
    check_limit(name, "columns", len(header), limits.columns)
    records: list[Record] = [
        read_record(line, [cells.get(column) for column in header], len(header))
        for line, cells in rows
    ]
    records += [ignored_record(line, reason) for line, reason in inventory.others]
    records.sort(key=lambda record: record[0])
    frame = frame_of_records(records, len(header))
    return FileReading(container, (source_table(name, SHEET, header, 0, frame, limits),), encoding)


def _cells(inventory: Inventory, host: Host, name: str) -> dict[str, str | None]:
    groups = inventory.groups_of(host.group)
    variables: dict[str, str | None] = dict(inventory.variables.get("all", {}))
    for group in reversed(groups):
        variables |= inventory.variables.get(group, {})
    variables |= host.variables
    target = next((variables[key] for key in _HOST_KEYS if variables.get(key)), None)
    if target is None and _ADDRESS.fullmatch(name):
        target = name  # a host that is listed by its address alone
    is_address = target is not None and _ADDRESS.fullmatch(target) is not None
    return {
        "name": name,
        "address": target if is_address else None,
        "connects to": None if is_address else target,
        "groups": "; ".join(groups) or None,
        **{key: value for key, value in variables.items() if key not in _HOST_KEYS},
    }


def _names(pattern: str) -> Iterator[str]:
    """The hosts that a pattern with ranges names."""
    pieces: list[Sequence[str]] = []
    at = 0
    for match in _RANGE.finditer(pattern):
        pieces += [(pattern[at : match.start()],), _members(match)]
        at = match.end()
    yield from map("".join, product(*pieces, (pattern[at:],)))


def _members(match: re.Match[str]) -> Sequence[str]:
    first, last, step = match.groups()
    if first.isdigit() and last.isdigit():
        width = len(first) if first.startswith("0") else 0
        return [f"{at:0{width}d}" for at in range(int(first), int(last) + 1, int(step or 1) or 1)]
    if len(first) == len(last) == 1:
        return [chr(at) for at in range(ord(first), ord(last) + 1, int(step or 1) or 1)]
    return [match[0]]


def _count(pattern: str) -> int:
    """How many hosts a pattern may name, before there is room for them."""
    count = 1
    for match in _RANGE.finditer(pattern):
        first, last, _ = match.groups()
        count *= max(int(last) - int(first) + 1, 1) if (first + last).isdigit() else 128
    return count
