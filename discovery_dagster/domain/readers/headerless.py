"""Logs without a header whose columns are known all the same; which they are is data."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from discovery_dagster import reference

_LINES: Final = 50  # that have to look like the log
_BEGUN: Final = 3  # words that tell what a line was that is cut off
_SHARE: Final = 0.9  # of them; a line may be broken


def known_log(lines: Sequence[str]) -> tuple[str, tuple[str, ...]] | None:
    """Return delimiter and columns of the log that `lines` are of, None when they are of none."""
    stripped = (line.strip() for line in lines[:_LINES])
    filled = [line for line in stripped if line and not line.startswith("#")]
    for log in _logs():
        # The first line decides before others are looked at: it would be the header.
        if not filled or not log.holds(filled[0]):
            continue
        whole = sum(bool(log.pattern.fullmatch(line)) for line in filled)
        if whole and sum(map(log.holds, filled)) >= _SHARE * len(filled):
            return log.delimiter, log.columns
    return None


@dataclass(frozen=True)
class _Log:
    """A kind of log: its delimiter, and the pattern of each column."""

    delimiter: str
    words: tuple[re.Pattern[str], ...]
    columns: tuple[str, ...]
    pattern: re.Pattern[str]  # of a line

    def holds(self, line: str) -> bool:
        """Whether `line` is one of the log, or the beginning of one that was cut off."""
        if self.pattern.fullmatch(line):
            return True
        words = list(filter(None, line.split(self.delimiter)))
        begun = words[:-1]  # the last word may be cut off itself
        return _BEGUN <= len(begun) < len(self.words) and all(
            pattern.fullmatch(word) for pattern, word in zip(self.words, begun, strict=False)
        )


@cache
def _logs() -> tuple[_Log, ...]:
    return tuple(
        _Log(
            log["delimiter"],
            tuple(re.compile(pattern) for pattern in log["columns"].values()),
            tuple(log["columns"]),
            re.compile(
                f"{re.escape(log['delimiter'])}+".join(
                    f"(?:{pattern})" for pattern in log["columns"].values()
                )
            ),
        )
        for log in reference.load("headerless")
    )
