"""Lists of sockets as a machine prints them: `netstat` (Linux, Windows), `ss`, `lsof -i`.

Their columns are set apart by spaces, and so are the words of their headers; what a line says is
told by its words: a protocol, two ends with their ports, a state, and a process.
"""

import re
from collections.abc import Sequence
from typing import Final

from discovery_dagster import reference
from discovery_dagster.domain.readers.limits import Limits
from discovery_dagster.domain.readers.records import (
    Record,
    frame_of_records,
    ignored_record,
    source_table,
)
from discovery_dagster.domain.services import ports_by_service
from discovery_dagster.domain.source_tables import READ, FileReading

_END: Final = re.compile(
    r"^(?P<host>\[[0-9a-fA-F:.]+(?:%\w+)?\](?:%\w+)?|\*|[0-9a-fA-F:.]*[0-9a-fA-F:](?:%\w+)?|[\w.-]+)"
    r":(?P<port>\d{1,5}|\*|[a-z][a-z0-9-]*)$"
)
#: An address and its port as BSD and macOS print them.
_DOTTED: Final = re.compile(
    r"^(?P<host>(?:\d{1,3}\.){3}\d{1,3}|[0-9a-fA-F:]*:[0-9a-fA-F:]*(?:%\w+)?|\*)\.(?P<port>\d{1,5}|\*)$"
)
#: What stands above the sockets of other families, of which no line is of a connection.
_OTHER_FAMILIES: Final = re.compile(r"^Active .*(?:UNIX|LOCAL|Multipath)", re.IGNORECASE)
_PROTOCOL: Final = re.compile(r"^(tcp|udp)(?:4|6|46)?$", re.IGNORECASE)
_STATE: Final = re.compile(
    r"^\(?(LISTEN(?:ING)?|ESTAB(?:LISHED)?|TIME[-_]WAIT|CLOSE[-_]WAIT|CLOSED|SYN[-_]\w+|FIN[-_]\w+"
    r"|LAST[-_]ACK|CLOSING|UNCONN)\)?$"
)
_PROCESS: Final = re.compile(r'^(?:users:\(\("(?P<ss>[^"]+)".*|\d+/(?P<netstat>\S+))$')
_HEADER: Final = (
    "Protocol",
    "Local Address",
    "Local Host",
    "Local Port",
    "Foreign Address",
    "Foreign Host",
    "Foreign Port",
    "State",
    "Local Process",
)
_LISTENING: Final = {"LISTENING": "LISTEN", "UNCONN": "LISTEN"}
_LINES: Final = 50
_SHARE: Final = 0.6  # of the lines; above and below stand titles and sockets of other families
_ENDS: Final = 2


def is_list_of_sockets(start: str) -> bool:
    """Whether a text that starts like this is such a list."""
    shown = start.splitlines()[:_LINES]
    others = next((at for at, line in enumerate(shown) if _OTHER_FAMILIES.match(line)), None)
    lines = [line for line in shown[:others] if line.strip()]
    told = [_cells(line) for line in lines]
    sockets = [cells for cells in told if cells and (cells[0] or cells[_HEADER.index("State")])]
    return len(sockets) > 0 and len(sockets) >= _SHARE * max(len(lines) - 4, 1)


def read_sockets(text: str, encoding: str, name: str, limits: Limits) -> FileReading:
    """Read the lines of `text`, of which `is_list_of_sockets` holds."""
    records = frame_of_records(
        (_record(number, line) for number, line in enumerate(text.splitlines(), 1)), len(_HEADER)
    )
    return FileReading("text", (source_table(name, None, _HEADER, 0, records, limits),), encoding)


def _record(number: int, line: str) -> Record:
    cells = _cells(line)
    if cells is None:
        return ignored_record(number, "no_socket" if line.strip() else "blank_line")
    return number, READ, None, None, cells


def _cells(line: str) -> Sequence[str | None] | None:
    """What a line says of a socket, None where it is of none."""
    words = [part for word in line.split() for part in word.split("->")]
    ends = _ends(words)
    protocol = next((found[1].lower() for found in map(_PROTOCOL.match, words) if found), None)
    state = next((found[1] for found in map(_STATE.match, words) if found), None)
    if not ends or (protocol is None and state is None) or "," in words[0]:
        return None
    state = _LISTENING.get(state or "", state)
    if len(ends) < _ENDS and state != "LISTEN":
        return None
    process = next((found for found in map(_PROCESS.match, words) if found), None)
    told: list[str | None] = [protocol]
    for at in range(_ENDS):
        told.extend(_end(*ends[at]) if at < len(ends) else (None, None, None))
    return [*told, state, (process["ss"] or process["netstat"]) if process else None]


def _ends(words: Sequence[str]) -> list[tuple[str, str]]:
    """Host and port of the first two words that have both; a port may be called by its service."""
    ends = []
    for word in words:
        found = _DOTTED.match(word) or _END.match(word)
        if found is None:
            continue
        port = found["port"]
        number = port if port[0] in "*0123456789" else _port_of(port)
        if number is not None:
            ends.append((_host(found["host"]), str(number)))
    return ends[:_ENDS]


def _end(host: str, port: str) -> tuple[str | None, str | None, str]:
    """Address, name and port of an end; `netstat` resolves addresses to names where it can."""
    named = any(letter.isalpha() for letter in host) and ":" not in host
    return (None, host, port) if named else (host, None, port)


def _port_of(service: str) -> int | None:
    written: dict[str, int] = reference.load("service_names")["numbers"]
    return written.get(service) or ports_by_service().get(service)


def _host(written: str) -> str:
    host = re.sub(r"%\w+", "", written).strip("[]")
    return host.removeprefix("::ffff:")
