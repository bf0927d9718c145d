"""How long connections were observed, by file, and when nothing was."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from discovery_dagster.domain.report.model import Rows, moment, some
from discovery_dagster.domain.tables.words import EvidenceKind


@dataclass(frozen=True)
class Observed:
    """What one file has of observed connections; times are ISO 8601."""

    file: str
    first: str
    last: str
    dependencies: int
    connections: int

    @property
    def length(self) -> str:
        """How long it is from the first to the last of them."""
        return _length(_time(self.last) - _time(self.first))


def observed_files(dependencies: Rows) -> list[Observed]:
    """Return the files that say when connections were observed, the earliest first.

    Args:
        dependencies: rows of the export, with their evidence.
    """
    by_file: dict[str, list[tuple[str, str, int]]] = {}
    for row in dependencies:
        for piece in row["evidence"]:
            if (
                piece["kind"] == EvidenceKind.OBSERVED
                and piece["first_seen"]
                and piece["last_seen"]
            ):
                seen = piece["first_seen"], piece["last_seen"], piece["count"] or 0
                by_file.setdefault(piece["file"], []).append(seen)
    files = [
        Observed(
            file,
            min((first for first, _, _ in pieces), key=_time),
            max((last for _, last, _ in pieces), key=_time),
            len(pieces),
            sum(count for _, _, count in pieces),
        )
        for file, pieces in by_file.items()
    ]
    return sorted(files, key=lambda one: (_time(one.first), one.file))


def describe_observation(files: Sequence[Observed], assets: int) -> Iterator[str]:
    """Say from when to when was observed, where between files nothing was, and what that misses.

    Args:
        files: as `observed_files` returns them.
        assets: how many assets were observed.
    """
    if not files:
        yield (
            "No time of any observation is known."
            if assets
            else "No connections were observed: the plan rests on what was declared."
        )
        return
    last = max((one.last for one in files), key=_time)
    over = _length(_time(last) - _time(files[0].first))
    yield (
        f"Connections were observed from {moment(files[0].first)} to {moment(last)}, {over}, of"
        f" {some(assets, 'asset')}. What runs once a month or a year is seen only if it ran then."
    )
    reached = files[0].last
    for before, after in pairwise(files):
        reached = max(reached, before.last, key=_time)
        if _time(after.first) > _time(reached):
            yield (
                f"Nothing was observed from {moment(reached)} to {moment(after.first)}, between"
                f" {before.file} and {after.file}."
            )
    yield "Whether a file was recorded without a break cannot be told from it."


def _time(text: str) -> datetime:
    time = datetime.fromisoformat(text)
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def _length(span: timedelta) -> str:
    if span >= timedelta(days=2):
        return some(span.days, "day")
    hours = round(span / timedelta(hours=1))
    return some(hours, "hour") if hours else some(round(span / timedelta(minutes=1)), "minute")
