"""What is deleted after a time: log lines of old runs, and bytes that nothing refers to any more.

Nothing of an engagement's results, and nothing of an asset's history.
"""

import time
from collections.abc import Collection, Iterator, Mapping
from itertools import groupby

from discovery_dagster.domain.keys import EngagementKey, InvalidKeyError, SessionKey
from discovery_dagster.store import publications, sessions
from discovery_dagster.store.claims import is_held
from discovery_dagster.store.database import Database
from discovery_dagster.store.objects import ObjectStore
from discovery_dagster.store.places import Place, StoredObject

#: Bytes are left alone for this long: a run may be writing them before its commit.
ORPHAN_AGE = 24 * 3600.0

#: Parts of the keys of what is deleted whole: a publication's frames, and an archived file.
_DEPTH = {"frames": 5, "files": 4}

_FEWEST_SLASHES = 3

#: As Dagster's guide on cleaning its database advises, rows without an asset. What runs ended with
#: and why steps failed is kept too: `discovery status` shows it.
_OLD_EVENTS = """
delete from event_logs where id in (
    select e.id from event_logs e join runs r using (run_id)
    where r.status in ('SUCCESS', 'FAILURE', 'CANCELED')
      and r.end_time < extract(epoch from now()) - %s * 86400
      and e.asset_key is null
      and (e.dagster_event_type is null or e.dagster_event_type not like all (array[
          'PIPELINE_%%', 'RUN_%%', 'ASSET_%%', 'STEP_FAILURE', 'ALERT_%%']))
    limit %s
)
"""


def delete_old_events(database: Database, days: int, batch: int = 10_000) -> int:
    """Delete the log lines of runs that ended more than `days` ago; return their number.

    Materialisations, observations, check evaluations and what happened to runs stay. Done in
    batches of a transaction each, so that running sessions wait for none of them.
    """
    deleted = 0
    while True:
        with database.connect() as connection:
            count = connection.execute(_OLD_EVENTS, [days, batch]).rowcount
        deleted += count
        if count < batch:
            return deleted


def delete_orphans(database: Database, objects: ObjectStore) -> dict[str, int]:
    """Delete frames and archived files that nothing refers to; return how many of each.

    Raises:
        OSError: when the store cannot be read or written.
    """
    deleted = {"frames": 0, "files": 0}
    for session, listed in _by_session(objects.place):
        written = _last_written(listed)
        if not is_held(database, session):
            for frames in _orphaned_frames(database, session, written):
                objects.place.delete_below(frames)
                deleted["frames"] += 1
        # Under the lock that registering takes, so that no file is deleted while it is listed.
        with sessions.locked(database, session.engagement):
            for file in _orphaned_files(database, session, written):
                objects.place.delete(file)
                deleted["files"] += 1
    return deleted


def _by_session(place: Place) -> Iterator[tuple[SessionKey, list[StoredObject]]]:
    of_sessions = (each for each in place.objects() if each.key.count("/") >= _FEWEST_SLASHES)
    for (engagement, session), listed in groupby(
        of_sessions, key=lambda each: each.key.split("/")[:2]
    ):
        try:
            yield SessionKey.of(EngagementKey.parse(engagement), session), list(listed)
        except InvalidKeyError:
            continue  # nothing that Discovery wrote


def _last_written(listed: list[StoredObject]) -> dict[str, float]:
    """When each archived file, and the last frame of each publication, was written."""
    written: dict[str, float] = {}
    for each in listed:
        parts = each.key.split("/")
        whole = "/".join(parts[: _DEPTH.get(parts[2], len(parts))])
        written[whole] = max(each.modified, written.get(whole, 0))
    return written


def _orphaned_frames(
    database: Database, session: SessionKey, written: Mapping[str, float]
) -> list[str]:
    current = publications.current(database, session).values()
    # A step that is stale is still explained by the publications that it was made from.
    kept = {publication.publication for publication in current}
    kept |= {source for publication in current for source in publication.inputs.values()}
    return _orphaned("frames", kept, written)


def _orphaned_files(
    database: Database, session: SessionKey, written: Mapping[str, float]
) -> list[str]:
    kept = {file.sha256 for file in sessions.files(database, session)}
    return _orphaned("files", kept, written)


def _orphaned(kind: str, kept: Collection[str], written: Mapping[str, float]) -> list[str]:
    old = time.time() - ORPHAN_AGE
    return [
        key
        for key, modified in written.items()
        if key.split("/")[2] == kind and key.split("/")[-1] not in kept and modified < old
    ]
