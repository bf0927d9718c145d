"""Hosts as `nmap -oG` prints them: a line for each host's state, and one for its ports.

    Host: 10.1.2.3 (web01.corp.example)	Status: Up
    Host: 10.1.2.3 (web01.corp.example)	Ports: 22/open/tcp//ssh///, 80/open/tcp//http///

Source: nmap's reference guide, *Grepable Output*. The columns are those of `nmap -oX`.
"""

import re
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Final

from discovery_dagster.domain.file_limits import Limits
from discovery_dagster.domain.readers.records import (
    Record,
    frame_of_records,
    ignored_record,
    read_record,
    rejected_record,
    source_table,
)
from discovery_dagster.domain.source_tables import FileReading

_SHEET: Final = "nmap.hosts"
_HEADER: Final = ("host name", "ipv4", "ipv6", "status", "os match", "open ports")
_HOST: Final = re.compile(r"^Host: ([0-9A-Fa-f:.]+) \(([^()\n]*+)\)\t", re.MULTILINE)
_STATUS, _PORTS, _SYSTEM = "Status: ", "Ports: ", "OS: "
_OPEN: Final = "open"


@dataclass
class _Host:
    """What the lines of one address say."""

    line: int
    name: str | None = None
    status: str | None = None
    system: str | None = None
    ports: list[str] = field(default_factory=list)


def is_nmap_lines(start: str) -> bool:
    """Whether a text that starts like this is such a scan."""
    return start.startswith(("# Nmap", "Host: ")) and _HOST.search(start) is not None


def read_nmap_lines(text: str, encoding: str, name: str, limits: Limits) -> FileReading:
    """Read the hosts in `text`, of which `is_nmap_lines` holds.

    Raises:
        UnreadableFileError: `limit_exceeded`.
    """
    hosts, others = dict[str, _Host](), list[Record]()
    for number, line in enumerate(text.splitlines(), 1):
        match = _HOST.match(line)
        if match is not None:
            host = hosts.setdefault(match[1], _Host(number))
            host.name = host.name or match[2] or None
            _read(host, line[match.end() :].split("\t"))
        elif line.startswith("#"):
            others.append(ignored_record(number, "comment"))
        elif line.strip():
            others.append(rejected_record(number, "no_line_of_scan", line))
    read = [
        read_record(host.line, _cells(address, host), len(_HEADER))
        for address, host in hosts.items()
    ]
    records = frame_of_records(sorted([*read, *others], key=itemgetter(0)), len(_HEADER))
    table = source_table(name, _SHEET, list(_HEADER), 0, records, limits)
    return FileReading("text", (table,), encoding)


def _read(host: _Host, parts: list[str]) -> None:
    for part in parts:
        if part.startswith(_STATUS):
            host.status = part.removeprefix(_STATUS).strip().lower()
        elif part.startswith(_SYSTEM):
            host.system = part.removeprefix(_SYSTEM).strip()
        elif part.startswith(_PORTS):
            described = (each.strip().split("/") for each in part.removeprefix(_PORTS).split(","))
            host.ports += [f"{each[0]}/{each[2]}" for each in described if _OPEN in each[1:2]]


def _cells(address: str, host: _Host) -> list[str | None]:
    is_v6 = ":" in address
    return [
        host.name,
        None if is_v6 else address,
        address if is_v6 else None,
        host.status,
        host.system,
        " ".join(host.ports) or None,
    ]
