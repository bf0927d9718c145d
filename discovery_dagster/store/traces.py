"""Traces of an engagement outside its own tables and folder: in logs, and in backups."""

import re
from collections.abc import Collection, Iterator
from pathlib import Path

from discovery_dagster.domain.keys import EngagementKey

#: Folders of the home whose files are logs of lines: of services, of Dagster, of CrewAI.
_LOGS = ("logs", "dagster", "crewai")

_BACKUPS = ("*.tar", "*.tar.gz", "*.tgz")
#: Folders of the home where such names are other things: clients' files, and Postgres' own.
_NO_BACKUPS = ("inbox", "objects", "postgres")


def pattern(engagement: EngagementKey) -> str:
    """A regular expression, of Postgres as well, for the engagement's key or place in the inbox.

    Not for one whose name begins or ends with it.
    """
    names = f"{engagement.client}[./]{engagement.engagement}"
    return f"(^|[^a-z0-9-]){names}([^a-z0-9-]|$)"


def forget(home: Path, engagement: EngagementKey, run_ids: Collection[str]) -> int:
    """Delete the lines of logs that mention the engagement or one of its runs; return how many.

    Logs are rewritten in place, since their services append to them.
    """
    words = re.compile("|".join([pattern(engagement), *map(re.escape, run_ids)]).encode())
    return sum(_forget_in(log, words) for log in _logs(home))


def backups(home: Path) -> list[Path]:
    """Files of the home that look like backups, which keep what they had when they were made."""
    paths = {path for shape in _BACKUPS for path in home.rglob(shape)}
    return sorted(path for path in paths if path.relative_to(home).parts[0] not in _NO_BACKUPS)


def _logs(home: Path) -> Iterator[Path]:
    for folder in _LOGS:
        for path in (home / folder).rglob("*"):
            if path.is_file() and not path.is_symlink():
                yield path


def _forget_in(log: Path, words: re.Pattern[bytes]) -> int:
    text = log.read_bytes()
    if not words.search(text):
        return 0
    lines = text.splitlines(keepends=True)
    kept = [line for line in lines if not words.search(line.rstrip(b"\r\n"))]
    with log.open("r+b") as rewritten:
        rewritten.write(b"".join(kept))
        rewritten.truncate()
    return len(lines) - len(kept)
