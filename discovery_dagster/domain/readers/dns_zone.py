"""Zones of DNS in the form of a master file: a resource record is a record.

    $ORIGIN corp.example.
    web01   3600  IN  A      10.1.0.1
    www           IN  CNAME  web01

Source: RFC 1035, section 5. What stands in parentheses goes on over lines; an owner that is left
out is that of the record before.
"""

import re
from collections.abc import Iterator
from typing import Final

from discovery_dagster.domain.file_limits import Limits
from discovery_dagster.domain.readers.records import frame_of_records, read_record, source_table
from discovery_dagster.domain.source_tables import FileReading

HEADER: Final = ("name", "type", "value")
_DIRECTIVE: Final = re.compile(r"^\$(?:ORIGIN|TTL)[ \t]++\S", re.MULTILINE | re.IGNORECASE)
_SOA: Final = re.compile(
    r"^\S*+[ \t]++(?:\d++\w?+[ \t]++)?(?:IN[ \t]++)?SOA[ \t]++\S++[ \t]++\S", re.MULTILINE
)
_TOKEN: Final = re.compile(r'"(?:[^"\\]|\\.)*+(?:"|$)|;[^\n]*+|[()]|[^\s();"]++')
_TIME: Final = re.compile(r"^\d[\dsmhdw]*+$", re.IGNORECASE)
_OPENS, _CLOSES = "(", ")"
_PARENTHESES: Final = (_OPENS, _CLOSES)
_CLASSES: Final = frozenset({"IN", "CH", "HS"})
#: Types whose last token is a name, to which the origin is added.
_NAMING: Final = frozenset({"CNAME", "PTR", "NS", "DNAME", "MX", "SRV"})


def is_dns_zone(start: str) -> bool:
    """Whether a text that starts like this is a zone."""
    return bool(_DIRECTIVE.search(start) and re.search(r"^\s*[;$@\w*]", start)) or bool(
        _SOA.search(start)
    )


def read_dns_zone(text: str, encoding: str, name: str, limits: Limits) -> FileReading:
    """Read the resource records in `text`.

    Raises:
        UnreadableFileError: `limit_exceeded`.
    """
    records = frame_of_records(
        (read_record(line, cells, len(HEADER)) for line, *cells in _records(text)), len(HEADER)
    )
    table = source_table(name, "dns.records", list(HEADER), 0, records, limits)
    return FileReading("text", (table,), encoding)


def _records(text: str) -> Iterator[tuple[int, str, str, str]]:
    origin, owner = "", ""
    for line, inherits, tokens in _entries(text):
        if tokens[0].startswith("$"):
            if tokens[0].upper() == "$ORIGIN" and len(tokens) > 1:
                origin = _absolute(tokens[1], origin)
            continue
        rest = list(tokens)
        if not inherits:
            owner = _absolute(rest.pop(0), origin)
        while rest and (_TIME.match(rest[0]) or rest[0].upper() in _CLASSES):
            rest.pop(0)
        if rest:
            kind, *values = rest
            if kind.upper() in _NAMING and values:
                values[-1] = _absolute(values[-1], origin)
            yield line, owner, kind.upper(), " ".join(values)


def _absolute(name: str, origin: str) -> str:
    """Return a name without the dot at its end, below the origin where it has none."""
    if name == "@":
        return origin
    if name.endswith("."):
        return name.rstrip(".")
    return f"{name}.{origin}" if origin else name


def _entries(text: str) -> Iterator[tuple[int, bool, list[str]]]:
    """Give each entry: its line, whether it leaves out its owner, and its tokens."""
    depth, begin, inherits, tokens = 0, 0, False, list[str]()
    for number, line in enumerate(text.splitlines(), 1):
        if not depth:
            begin, inherits, tokens = number, line[:1].isspace(), []
        for token in _TOKEN.findall(line):
            if token.startswith(";"):
                break
            if token in _PARENTHESES:
                depth = max(0, depth + (1 if token == _OPENS else -1))
            else:
                tokens.append(token)
        if not depth and tokens:
            yield begin, inherits, tokens
