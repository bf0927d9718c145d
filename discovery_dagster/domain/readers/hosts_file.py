"""Tables of hosts as operating systems keep them: `/etc/hosts`, or `hosts` of Windows.

    10.1.0.1    web01.corp.example  web01    # shop

Source: hosts(5). The first name is that of the host, the others are aliases of it. What leads to
the machine itself, to nothing or to groups is no host of the network.
"""

import ipaddress
import re
from collections.abc import Sequence
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

_HEADER: Final = ("Hostname", "IP Address", "Aliases", "Description")
_NAME: Final = re.compile(r"(?=[\w.-]*?[^\W\d_])\w[\w.-]*+")
_LINES: Final = 500  # that have to look like it
_SHARE: Final = 0.9  # of those that are no comments
_DISTINCT: Final = 0.5  # least share of different first names; what repeats is a state or a method


def is_hosts_file(start: str) -> bool:
    """Whether a text that starts like this is such a table."""
    lines = [line for line in map(str.strip, start.split("\n")[:_LINES]) if line]
    filled = [line for line in lines if not line.startswith("#")]
    if not filled or not _parts(filled[0])[1]:
        return False
    names = [names[0].casefold() for names in (_parts(line)[1] for line in filled) if names]
    return len(names) >= _SHARE * len(filled) and len(set(names)) >= _DISTINCT * len(names)


def read_hosts_file(text: str, encoding: str, name: str, limits: Limits) -> FileReading:
    """Read the lines of `text`, of which `is_hosts_file` holds.

    Raises:
        UnreadableFileError: `limit_exceeded`.
    """
    records = frame_of_records(
        (_record(number, line.strip()) for number, line in enumerate(text.splitlines(), 1)),
        len(_HEADER),
    )
    return FileReading("text", (source_table(name, None, _HEADER, 0, records, limits),), encoding)


def _record(number: int, line: str) -> Record:
    if not line or line.startswith("#"):
        return ignored_record(number, "comment" if line else "blank_line")
    address, names, comment = _parts(line)
    if address is None or not names:
        return rejected_record(number, "no_line_of_hosts", line)
    if address.is_loopback or address.is_unspecified or address.is_multicast or _is_last(address):
        return ignored_record(number, "own_address")
    first, *others = names
    cells = [first, str(address), "\n".join(others) or None, comment]
    return read_record(number, cells, len(_HEADER))


_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def _parts(line: str) -> tuple[_Address | None, Sequence[str], str | None]:
    """The address of a line, its names, none where one is no name, and the comment behind them."""
    entry, _, comment = line.partition("#")
    written, *names = entry.split() or [""]
    if not names or not all(map(_NAME.fullmatch, names)):
        return None, (), None
    try:
        address = ipaddress.ip_address(written.partition("%")[0])
    except ValueError:
        return None, (), None
    return address, names, comment.strip(" \t,;") or None


def _is_last(address: _Address) -> bool:
    """Whether `address` is the broadcast to all, or of an interface alone."""
    return str(address) == "255.255.255.255" or (address.version == 6 and address.is_link_local)
