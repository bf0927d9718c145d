"""What `ansible all -m setup` prints: the result of each host behind its name.

    web1 | SUCCESS => {
        "ansible_facts": {…}
    }

It is read as the list of objects that says the same, on the same lines.
"""

import json
import re
from dataclasses import replace
from typing import Final

from discovery_dagster.domain.file_limits import Limits
from discovery_dagster.domain.readers.json_text import read_json
from discovery_dagster.domain.source_tables import FileReading

_RESULT: Final = re.compile(r"^(\S+) \| ([A-Z]+!?)(?: \| rc=\d+)? => \{(\s*\})?", re.MULTILINE)


def is_ansible_output(start: str) -> bool:
    """Whether a text that starts like this is such results."""
    return _RESULT.match(start) is not None


def read_ansible_output(text: str, encoding: str, name: str, limits: Limits) -> FileReading:
    """Read the results in `text`.

    Raises:
        UnreadableFileError: `invalid_json`, `not_a_table`, `limit_exceeded`.
    """
    first = True

    def opening(match: re.Match[str]) -> str:
        nonlocal first
        separator, first = ("" if first else ","), False
        host = f'"inventory_host":{json.dumps(match[1])},"ansible_status":{json.dumps(match[2])}'
        return f"{separator}{{{host}" + ("}" if match[3] else ",")

    reading = read_json(f"[{_RESULT.sub(opening, text)}]", encoding, name, limits)
    return replace(reading, container="text")
