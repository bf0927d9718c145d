"""The facts that a session's state is computed from, as their owners keep them.

Each has one owner: publications, progress and claims belong to the store, runs to Dagster.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from discovery_dagster.domain.keys import SessionKey


@dataclass(frozen=True)
class Publication:
    """A step's current result; `inputs` says what it was made from."""

    step: str
    publication: str
    run_id: str
    code_version: str
    inputs: Mapping[str, str]
    counts: Mapping[str, int]
    started_at: datetime
    at: datetime


@dataclass(frozen=True)
class Progress:
    """What a running step last reported; `total` is null when it is not known."""

    step: str
    run_id: str
    done: int
    total: int | None
    unit: str
    started_at: datetime
    at: datetime


@dataclass(frozen=True)
class Run:
    """Dagster's word on the session's latest run; `status` is one of Dagster's."""

    run_id: str
    status: str
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    failed_step: str | None
    error: str | None
    will_retry: bool = False  # whether Dagster runs the session again by itself
    changed_at: datetime | None = None  # when it came to its status, or later
    start_limit: timedelta = timedelta(seconds=300)  # from its launch until its worker works


@dataclass(frozen=True)
class FileAccount:
    """What became of one file of the session; counts are sums over its tables."""

    name: str
    sha256: str
    format: str | None
    records: int
    accepted: int
    rejected: int
    ignored: int
    error: str | None
    notes: Sequence[str] = ()
    #: Of each table what its records are: `sheet, grain, status, confidence, name_column, reason`.
    tables: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True)
class SessionFacts:
    """Everything that is known of one session at one moment."""

    session: SessionKey
    title: str | None
    created_at: datetime
    files_digest: str
    files: Sequence[FileAccount]
    publications: Mapping[str, Publication]
    progress: Mapping[str, Progress]
    run: Run | None
    claim_held: bool
    now: datetime
    decisions: Mapping[str, str] = field(default_factory=dict)  # digest by kind, none for none
    previous: Mapping[str, str] = field(default_factory=dict)  # what the session before made
