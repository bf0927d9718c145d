"""Logs without a header whose columns are known all the same; which they are is data."""

import re
from collections.abc import Sequence
from functools import cache
from typing import Final

from discovery_dagster import reference

_LINES: Final = 50  # that have to look like the log
_SHARE: Final = 0.9  # of them; a line may be broken


def known_log(lines: Sequence[str]) -> tuple[str, tuple[str, ...]] | None:
    """Return delimiter and columns of the log that `lines` are of, None when they are of none."""
    filled = [line.strip() for line in lines[:_LINES] if line.strip()]
    for pattern, delimiter, columns in _logs():
        # The first line decides before others are looked at: it would be the header.
        if filled and pattern.fullmatch(filled[0]):
            like = sum(bool(pattern.fullmatch(line)) for line in filled)
            if like >= _SHARE * len(filled):
                return delimiter, columns
    return None


@cache
def _logs() -> tuple[tuple[re.Pattern[str], str, tuple[str, ...]], ...]:
    return tuple(
        (
            re.compile(
                f"{re.escape(log['delimiter'])}+".join(
                    f"(?:{pattern})" for pattern in log["columns"].values()
                )
            ),
            log["delimiter"],
            tuple(log["columns"]),
        )
        for log in reference.load("headerless")
    )
