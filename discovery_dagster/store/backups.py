"""A home in one sealed file: a tar of the rows of its database and of its object store.

It holds data and no statements, so that filling a home from it runs nothing that it says. The rows
are taken first. Objects are never changed and are written before the row that names them is
committed, so those copied afterwards hold everything that the rows speak of, also while runs work.
"""

import json
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, BinaryIO

from discovery_dagster.store import backup_rows, backup_seals, dagster_runs, schema, sessions
from discovery_dagster.store.backup_errors import BackupError
from discovery_dagster.store.backup_rows import Contents
from discovery_dagster.store.database import Database
from discovery_dagster.store.objects import ObjectStore
from discovery_dagster.store.places import UNFINISHED, Place

_CONTENTS, _ROWS, _OBJECTS = "discovery.json", "rows", "objects"


def write(database: Database, objects: ObjectStore, file: Path, key: bytes) -> None:
    """Write the database and all objects into `file`, which appears when it is whole.

    Raises:
        BackupError: when Postgres refuses.
        OSError: when something cannot be read or written.
    """
    with _working_folder(file.absolute().parent) as folder:
        rows, contents = folder / _ROWS, folder / _CONTENTS
        rows.mkdir()
        kept = backup_rows.write(database, rows)
        document = {"at": datetime.now(UTC).isoformat(), **kept.model_dump(mode="json")}
        contents.write_text(json.dumps(document), "utf-8")
        unfinished = folder / "backup"
        with tarfile.open(unfinished, "w:gz" if file.suffix in (".gz", ".tgz") else "w") as tar:
            tar.add(contents, _CONTENTS)
            tar.add(rows, _ROWS)
            for each in objects.place.objects():
                if each.key.rpartition("/")[2].startswith(UNFINISHED):
                    continue
                member = tarfile.TarInfo(f"{_OBJECTS}/{each.key}")
                member.size, member.mtime = each.size, each.modified
                with objects.place.open(each.key) as content:
                    tar.addfile(member, content)
        backup_seals.put(unfinished, key)
        unfinished.chmod(0o600)  # it holds every client's data
        unfinished.replace(file)


def read(database: Database, objects: ObjectStore, home: Path, file: Path, key: bytes) -> None:
    """Fill an empty home, in which Dagster has made its tables, from `file`.

    Args:
        database: of the home.
        objects: its object store.
        home: folder in which the backup is unpacked, and which is as it was afterwards.
        file: the backup.
        key: that sealed it.

    Raises:
        BackupError: when the home is not empty, `file` is not sealed by `key`, or it holds what
            this version does not know.
        OSError: when something cannot be read or written.
    """
    if not is_empty(database, objects):
        raise BackupError("This home is not empty: restore into another DISCOVERY_HOME.")
    with _working_folder(home) as folder:
        with file.open("rb") as opened:
            backup_seals.check(opened, file, key)
            _unpack(opened, file, folder)
        contents = _contents(folder / _CONTENTS, file)
        try:
            _fill(objects.place, folder / _OBJECTS)
            schema.recreate(database.url, contents.schema_revision)
            backup_rows.read(database, folder / _ROWS, contents)
        except BaseException:
            objects.place.delete_below()
            raise
    schema.migrate(database.url)


def _fill(place: Place, folder: Path) -> None:
    for path in sorted(each for each in folder.rglob("*") if each.is_file()):

        def fill(out: IO[bytes], path: Path = path) -> str:
            with path.open("rb") as content:
                shutil.copyfileobj(content, out)
            return path.name

        place.write(path.parent.relative_to(folder).as_posix(), fill)


def is_empty(database: Database, objects: ObjectStore) -> bool:
    """Whether a home has neither sessions nor runs nor objects."""
    return not (
        dagster_runs.any_exists(database)
        or sessions.engagements(database)
        or any(objects.place.objects())
    )


def _unpack(opened: BinaryIO, file: Path, folder: Path) -> None:
    """Write the members of the tar below `folder`: files and folders of the known names alone."""
    try:
        with tarfile.open(fileobj=opened) as tar:
            # Not `extractall(filter="data")`, which Python has only since 3.11.4.
            for member in tar:
                known = member.name.split("/")[0] in (_CONTENTS, _ROWS, _OBJECTS)
                inside = (folder / member.name).resolve().is_relative_to(folder.resolve())
                if not (known and inside and (member.isfile() or member.isdir())):
                    raise BackupError(f"{file} holds {member.name!r}, which no backup does.")
                tar.extract(member, folder, set_attrs=False)
    except (tarfile.TarError, EOFError, ValueError) as error:
        raise BackupError(f"{file} is not a backup of Discovery, or not whole.") from error


def _contents(path: Path, file: Path) -> Contents:
    try:
        contents = Contents.model_validate_json(path.read_bytes())
    except (FileNotFoundError, ValueError) as error:
        raise BackupError(f"{file} does not say what it holds.") from error
    if contents.schema_revision not in schema.revisions():
        raise BackupError(f"{file} was made by a newer Discovery than this one.")
    return contents


@contextmanager
def _working_folder(beside: Path) -> Iterator[Path]:
    """A folder of our own on the same disk, so that what is made in it can be moved into place."""
    beside.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=beside) as folder:
        yield Path(folder)
