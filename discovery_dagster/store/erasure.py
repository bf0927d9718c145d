"""Erasing an engagement wherever this home has it, and saying what cannot be erased."""

from dataclasses import dataclass

from discovery_dagster.domain.keys import EngagementKey
from discovery_dagster.settings import Settings
from discovery_dagster.store import (
    dagster_erasure,
    engagements,
    sessions,
    tokens,
    tombstones,
    traces,
)
from discovery_dagster.store.database import Database
from discovery_dagster.store.inboxes import inbox
from discovery_dagster.store.objects import object_store
from discovery_dagster.store.sessions import NoSuchSessionError


@dataclass(frozen=True)
class Erasure:
    """What became of an engagement.

    Attributes:
        store: rows deleted by table, and the number of `files`, of `inbox_files`, of `log_lines`
            and of `tokens` that were for this engagement alone.
        dagster: rows deleted or changed, by kind.
        undeleted: what could not be deleted and must be by hand, a sentence each.
        left: what else still has some of it, a sentence each.
    """

    store: dict[str, int]
    dagster: dict[str, int]
    undeleted: list[str]
    left: list[str]


def erase(database: Database, settings: Settings, engagement: EngagementKey) -> Erasure:
    """Delete the engagement from inbox, Dagster, logs, tables and files, and refuse its name.

    The name first, so that nothing comes back; the tables late, so that erasing again ends what a
    kill left behind.

    Raises:
        NoSuchSessionError: when the home has nothing of it.
        OSError: when something of the home cannot be deleted.
    """
    exists = engagements.exists(database, engagement)
    drops = inbox(settings).files_of(engagement)
    if not (exists or drops or tombstones.exists(database, engagement)):
        raise NoSuchSessionError(f"There is no engagement {engagement}.")
    with sessions.locked(database, engagement):  # what is being registered is, or is refused
        tombstones.add(database, engagement)
    run_ids = dagster_erasure.run_ids(database, engagement)
    dagster = dagster_erasure.erase(database, engagement, settings.dagster_home)
    lines = traces.forget(settings.home, engagement, run_ids)
    withdrawn = tokens.forget(database, engagement)
    rows: dict[str, int] = {}
    if engagements.exists(database, engagement):
        rows = engagements.erase(database, object_store(settings), engagement)
    emptied, undeleted = _empty_inbox(settings, engagement)
    counts = {"inbox_files": emptied, "log_lines": lines, "tokens": withdrawn}
    store = {**rows, **{kind: count for kind, count in counts.items() if count}}
    return Erasure(store, dagster, undeleted, _left(settings))


def _empty_inbox(settings: Settings, engagement: EngagementKey) -> tuple[int, list[str]]:
    """Number of files deleted, and what could not be: an inbox may belong to somebody else."""
    files = inbox(settings).files_of(engagement)
    try:
        inbox(settings).erase(engagement)
    except OSError as error:
        remaining = inbox(settings).files_of(engagement)
        place = inbox(settings).address(engagement)
        sentence = (
            f"{place} could not be emptied ({error.strerror}): have whoever owns the inbox delete"
            " what lies there."
        )
        return len(files) - len(remaining), [sentence]
    return len(files), []


def _left(settings: Settings) -> list[str]:
    left = [
        f"{path} was made before and may still have it: delete it, or keep it knowingly."
        for path in traces.backups(settings.home)
    ]
    if settings.objects_url is not None:
        left.append(
            f"{settings.objects_url} still has it where its bucket keeps older versions of objects:"
            " delete those there."
        )
    left.append(
        "Postgres overwrites the bytes of deleted rows when it needs their space, not at once; and"
        " backups kept elsewhere still have them."
    )
    return left
