"""Lists of sockets as a machine prints them: `netstat` (Linux, Windows), `ss`, `lsof -i`.

Their columns are set apart by spaces, and so are the words of their headers; what a line says is
recognised by its words: a protocol, two ends with their ports, a state, and a process. Ports may be
named (`ssh`), which `reference/service_names.yaml` reads; BSD, macOS, AIX and Solaris write a dot
before them. Ends may be named, too. Sockets of UNIX lead nowhere.
"""

import re
from collections.abc import Sequence
from typing import Final

from discovery_dagster import reference
from discovery_dagster.domain.file_limits import Limits
from discovery_dagster.domain.readers.records import (
    Record,
    frame_of_records,
    ignored_record,
    source_table,
)
from discovery_dagster.domain.source_tables import READ, FileReading

_END: Final = re.compile(
    r"^(?P<host>\[[0-9a-fA-F:.]+(?:%\w+)?\](?:%\w+)?|\*|[0-9a-fA-F:.]*[0-9a-fA-F:](?:%\w+)?|[\w.-]+)"
    r":(?P<port>\d{1,5}|\*)$"
)
_NAMED: Final = re.compile(
    r"^(?P<host>\[[0-9a-fA-F:.]+(?:%\w+)?\](?:%\w+)?|\*|[0-9a-fA-F:.]*[0-9a-fA-F:](?:%\w+)?|[\w.-]+)"
    r":(?P<port>[A-Za-z][\w-]*|\d{1,5}|\*)$"
)
_DOTTED: Final = re.compile(
    r"^(?P<host>\d+(?:\.\d+){3}|\*|[0-9a-fA-F:]+(?:%\w+)?|[A-Za-z][\w.-]*)"
    r"\.(?P<port>\d{1,5}|\*|[A-Za-z][\w-]*)$"
)
_SOLARIS: Final = re.compile(r"^(?:\d+(?:\.\d+){4}|\*\.(?:\d+|\*))$")
_AT_DOTTED: Final = slice(3, 5)  # behind the protocol and two queues
_UNIX: Final = frozenset({"unix", "u_str", "u_dgr", "u_seq", "nl", "p_raw", "p_dgr", "v_str"})
_TITLES: Final = re.compile(
    r"^[^\S\n]*+(?:Active Internet connections|Active connections|Proto\s+Recv-Q|Netid\s+State"
    r"|COMMAND\s+PID\s+USER\s+FD|State\s+Recv-Q\s+Send-Q)",
    re.IGNORECASE | re.MULTILINE,
)
_ADDRESS: Final = re.compile(r"[0-9a-fA-F]*[:.][0-9a-fA-F:.]*[0-9a-fA-F:]|\*")
_PROTOCOL: Final = re.compile(r"^(tcp|udp)(?:4|6|46)?$", re.IGNORECASE)
_STATE: Final = re.compile(
    r"^\(?(LISTEN(?:ING)?|ESTAB(?:LISHED)?|TIME[-_]WAIT|CLOSE[-_]WAIT|CLOSED|SYN[-_]\w+|FIN[-_]\w+"
    r"|LAST[-_]ACK|CLOSING|UNCONN)\)?$"
)
_PROCESS: Final = re.compile(r'^(?:users:\(\("(?P<ss>[^"]+)".*|\d+/(?P<netstat>\S+))$')
_HEADER: Final = (
    "Protocol",
    "Local Address",
    "Local Port",
    "Foreign Address",
    "Foreign Port",
    "State",
    "Local Process",
    "Local Host",
    "Foreign Host",
)
_LISTENING: Final = {"LISTENING": "LISTEN", "UNCONN": "LISTEN"}
_LINES: Final = 50
_SHARE: Final = 0.6  # of the lines; above and below stand titles and sockets of other families
_ENDS: Final = 2


def is_list_of_sockets(start: str) -> bool:
    """Whether a text that starts like this is such a list."""
    lines = [line for line in start.splitlines()[:_LINES] if line.strip()]
    by_line = [_cells(line) for line in lines]
    sockets = [cells for cells in by_line if cells and (cells[0] or cells[5])]
    if sockets and _TITLES.search(start):
        return True
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
        first = line.split()[:1]
        reason = "unix_socket" if first and first[0] in _UNIX else "no_socket"
        return ignored_record(number, reason if first else "blank_line")
    return number, READ, None, None, cells


def _cells(line: str) -> Sequence[str | None] | None:
    """What a line says of a socket, None where it is of none."""
    words = [part for word in line.split() for part in word.split("->")]
    protocol = next((match[1].lower() for match in map(_PROTOCOL.match, words) if match), None)
    ends = _ends(words, protocol)
    state = next((match[1] for match in map(_STATE.match, words) if match), None)
    if not ends or (protocol is None and state is None) or "," in words[0]:
        return None
    state = _LISTENING.get(state or "", state)
    if len(ends) < _ENDS and state != "LISTEN":
        return None
    process = next((match for match in map(_PROCESS.match, words) if match), None)
    hosts: list[str | None] = [_host(end["host"]) for end in ends] + [None] * _ENDS
    ports: list[str | None] = [_port(end["port"]) for end in ends] + [None] * _ENDS
    is_named = [host is not None and not _ADDRESS.fullmatch(host) for host in hosts]
    addresses = [None if named else host for host, named in zip(hosts, is_named, strict=True)]
    names = [host if named else None for host, named in zip(hosts, is_named, strict=True)]
    program = (process["ss"] or process["netstat"]) if process else None
    return [
        protocol,
        *(addresses[0], ports[0], addresses[1], ports[1]),
        state,
        program,
        *names[:_ENDS],
    ]


def _ends(words: Sequence[str], protocol: str | None) -> list[re.Match[str]]:
    """The ends that a line names: by numbers, by names of ports, or as BSD and Solaris write."""
    ends = [end for end in map(_END.match, words) if end][:_ENDS]
    if len(ends) == _ENDS:
        return ends
    if protocol is not None:
        named = [end for end in map(_NAMED.match, words) if end][:_ENDS]
        if len(named) == _ENDS:
            return named
        dotted = [end for end in map(_DOTTED.match, words[_AT_DOTTED]) if end]
        return dotted if len(dotted) == _ENDS else ends or named
    if len(words) > _ENDS and all(map(_SOLARIS.match, words[:_ENDS])):
        return [end for end in map(_DOTTED.match, words[:_ENDS]) if end]
    return ends


def _port(written: str) -> str:
    """The number of a port; an unknown name stays."""
    return str(reference.load("service_names").get(written, written))


def _host(written: str) -> str:
    host = re.sub(r"%\w+", "", written).strip("[]")
    return host.removeprefix("::ffff:")
