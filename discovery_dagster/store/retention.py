"""What is deleted after a time: log lines of old runs, and bytes that nothing refers to any more.

Nothing of an engagement's results, and nothing of an asset's history.
"""

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from discovery_dagster.domain.keys import EngagementKey, InvalidKeyError, SessionKey
from discovery_dagster.store import publications, sessions
from discovery_dagster.store.claims import is_held
from discovery_dagster.store.database import Database
from discovery_dagster.store.objects import ObjectStore

#: Bytes are left alone for this long: a run may be writing them before its commit.
ORPHAN_AGE = 24 * 3600.0

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
    for session, folder in _session_folders(objects.root):
        if not is_held(database, session):
            for frames in _orphaned_frames(database, session, folder):
                shutil.rmtree(frames)
                deleted["frames"] += 1
        # Under the lock that registering takes, so that no file is deleted while it is listed.
        with sessions.locked(database, session.engagement):
            for file in _orphaned_files(database, session, folder):
                file.unlink()
                deleted["files"] += 1
    return deleted


def _session_folders(root: Path) -> Iterator[tuple[SessionKey, Path]]:
    for folder in sorted(root.glob("*/s*")):
        try:
            yield SessionKey.of(EngagementKey.parse(folder.parent.name), folder.name), folder
        except InvalidKeyError:
            continue  # nothing that Discovery wrote


def _orphaned_frames(database: Database, session: SessionKey, folder: Path) -> list[Path]:
    current = publications.current(database, session).values()
    # A step that is stale is still explained by the publications that it was made from.
    kept = {publication.publication for publication in current}
    kept |= {source for publication in current for source in publication.inputs.values()}
    return [path for path in folder.glob("frames/*/*") if path.name not in kept and _is_old(path)]


def _orphaned_files(database: Database, session: SessionKey, folder: Path) -> list[Path]:
    kept = {file.sha256 for file in sessions.files(database, session)}
    return [path for path in folder.glob("files/*") if path.name not in kept and _is_old(path)]


def _is_old(path: Path) -> bool:
    return time.time() - path.stat().st_mtime > ORPHAN_AGE
