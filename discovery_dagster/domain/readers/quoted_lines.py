"""Texts whose every line is one quoted cell, as spreadsheets save a list that stood in one column.

"Hostname,IP Address"
"web-01,10.0.0.1"

Their header may stand without quotes.
"""

import re
from collections.abc import Sequence
from typing import Final

from discovery_dagster.domain.contents import Bytes
from discovery_dagster.domain.readers.dialect import DELIMITERS

_QUOTED: Final = re.compile(r'"(?:[^"]|"")*"')  # a line that is one cell
_LINE: Final = re.compile(rb'^"((?:[^"\r\n]|"")*)"(?=\r?$)', re.MULTILINE)


def is_of_quoted_lines(lines: Sequence[str]) -> bool:
    """Whether each line is one quoted cell, of which all hold the delimiters that the first has."""
    filled = [line.rstrip("\r") for line in lines if line.strip()]
    if len(filled) < 2 or not all(_QUOTED.fullmatch(line) for line in filled[1:]):
        return False
    if not _QUOTED.fullmatch(filled[0]):
        header = filled[0].rstrip("".join(DELIMITERS))  # it may end in what parts nothing
        return '"' not in header and any(
            0 < header.count(delimiter) <= min(line.count(delimiter) for line in filled[1:])
            for delimiter in DELIMITERS
        )
    return any(
        0 < filled[0].count(delimiter) <= min(line.count(delimiter) for line in filled)
        for delimiter in DELIMITERS
    )


def without_outer_quotes(text: Bytes) -> bytes:
    """Return `text`, UTF-8 with line feeds, with the cell of each line as the line."""
    return _LINE.sub(lambda line: line[1].replace(b'""', b'"'), text[:])
