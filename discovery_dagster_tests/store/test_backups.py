"""A backup is data under a seal: what somebody changed in one is refused, and never run."""

import io
import json
import tarfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from discovery_dagster.domain.keys import EngagementKey, SessionKey
from discovery_dagster.settings import Settings
from discovery_dagster.store import (
    backup_rows,
    backup_seals,
    backups,
    schema,
    sessions,
)
from discovery_dagster.store.backup_errors import BackupError
from discovery_dagster.store.database import Database
from discovery_dagster.store.decisions import (
    mappings,
)
from discovery_dagster.store.objects import ObjectStore, object_store
from discovery_dagster.store.sessions import IncomingFile
from discovery_dagster_tests.buckets import BUCKET, s3_server, surroundings

KEY, OTHER_KEY = b"k" * 32, b"o" * 32

#: What a superuser could be made to do by statements.
STATEMENTS = b"; copy (select 1) to program 'touch taken';\ndrop schema discovery cascade;\n"

Members = dict[str, bytes]


@pytest.fixture(scope="module")
def make_home(make_database_url) -> Callable[..., Database]:
    """Makes an empty database at a revision."""

    def make(revision: str | None = None) -> Database:
        database = Database(make_database_url())
        schema.recreate(database.url, revision or schema.head())
        return database

    return make


@pytest.fixture(scope="module")
def kept(make_home, tmp_path_factory) -> tuple[Database, Path]:
    """A home with a session, a decision and a token; and its backup."""
    return filled(make_home(), tmp_path_factory.mktemp("kept"))


_ADD_ACCESS = """
    insert into discovery.access_token (token, hash, client, engagements, expires_at)
    values ('t', 'h', 'acme', '{}', now() + interval '1 hour')
"""


_ADD_COLUMN = """
    insert into discovery.mapping_decision
        (client, engagement, session, format, header, "column", field, accepted, author)
    values ('acme', 'acme.move', 's001', 'generic.assets', lower(%(name)s), %(name)s, 'name', true,
            'ann')
"""


def filled(database: Database, folder: Path) -> tuple[Database, Path]:
    objects = ObjectStore(folder / "objects")
    sessions.register(database, objects, EngagementKey("acme", "move"), [])
    with psycopg.connect(database.url) as connection:  # nor does it know where decisions come from
        for column in ("Box", "Kind"):
            connection.execute(_ADD_COLUMN, {"name": column})
    decision = max(row["decision"] for row in rows(database, "mapping_decision"))
    with psycopg.connect(database.url) as connection:
        connection.execute("delete from discovery.mapping_decision where decision = %s", [decision])
    with psycopg.connect(database.url) as connection:  # an older schema has no roles of tokens
        connection.execute(_ADD_ACCESS)
    file = folder / "home.tar"
    backups.write(database, objects, file, KEY)
    return database, file


def rows(database: Database, table: str) -> list[dict[str, Any]]:
    """All rows of a table, as the superuser sees them."""
    with database.connect() as connection:
        return connection.execute(f"select * from discovery.{table} t order by t").fetchall()


def all_rows(database: Database) -> dict[str, list[dict[str, Any]]]:
    with database.connect() as connection:
        tables = connection.execute(
            "select tablename from pg_tables where schemaname = 'discovery'"
        ).fetchall()
    return {row["tablename"]: rows(database, row["tablename"]) for row in tables}


def members(file: Path) -> Members:
    with tarfile.open(file) as tar:
        return {each.name: tar.extractfile(each).read() for each in tar if each.isfile()}


def sealed(file: Path, contents: Members, *links: tarfile.TarInfo) -> Path:
    """A backup of these members with a seal that fits, as of somebody who has the key."""
    with tarfile.open(file, "w") as tar:
        for link in links:
            tar.addfile(link)
        for name, data in contents.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    backup_seals.put(file, KEY)
    return file


def restore(database: Database, folder: Path, file: Path, key: bytes = KEY) -> None:
    (folder / "home").mkdir(exist_ok=True)
    backups.read(database, ObjectStore(folder / "home" / "objects"), folder / "home", file, key)


def test_every_row_comes_back_but_tokens_and_numbers_go_on(kept, make_home, tmp_path):
    database, file = kept
    restored = make_home()
    restore(restored, tmp_path, file)
    assert all_rows(restored) == {**all_rows(database), "access_token": []}
    named = [{"format": "generic.assets", "column": "Place"}]
    session = SessionKey.parse("acme.move|s001")
    mappings.decide(restored, session, named, "location", "ann", accepted=True)
    # 2 was that of a decision that was taken back before the backup.
    assert [row["decision"] for row in rows(restored, "mapping_decision")] == [1, 3]
    with restored.connect() as connection:
        open_tables = connection.execute(
            "select relname from pg_class where relnamespace = 'discovery'::regnamespace"
            " and relkind = 'r' and relname <> 'alembic_version' and not relforcerowsecurity"
        ).fetchall()
    assert open_tables == []


@pytest.mark.parametrize("place", ["folder", "bucket"])
def test_files_come_back_in_a_folder_and_in_a_bucket(make_home, tmp_path, place):
    database, objects = make_home(), ObjectStore(tmp_path / "kept")
    file = tmp_path / "servers.csv"
    file.write_text("name\nweb-01\n")
    session = sessions.register(
        database, objects, EngagementKey("acme", "files"), [IncomingFile("servers.csv", file)]
    )
    (listed,) = sessions.files(database, session)
    backups.write(database, objects, tmp_path / "home.tar.gz", KEY)
    with ExitStack() as opened:
        if place == "bucket":
            opened.enter_context(surroundings(opened.enter_context(s3_server())))
        url = f"s3://{BUCKET}/restored" if place == "bucket" else None
        restored = object_store(Settings(home=tmp_path / "restored", objects_url=url))
        target = make_home()
        backups.read(target, restored, tmp_path / "restored", tmp_path / "home.tar.gz", KEY)
        assert not backups.is_empty(target, restored)
        with restored.file(session, listed.sha256) as path:
            assert path.read_text() == "name\nweb-01\n"


def test_a_backup_of_an_older_schema_is_brought_to_the_newest(make_home, tmp_path):
    (tmp_path / "old").mkdir()
    database, file = filled(make_home("0020"), tmp_path / "old")
    restored = make_home()
    restore(restored, tmp_path, file)
    assert rows(restored, "session") == rows(database, "session")
    assert rows(restored, "login") == []


@pytest.mark.parametrize("suffix", [".tar", ".tar.gz"])
@pytest.mark.parametrize("place", [0.0, 0.3, 0.999, "cut", "added"])
def test_a_changed_byte_or_another_key_is_refused(kept, make_home, tmp_path, suffix, place):
    source, _ = kept
    file = tmp_path / f"home{suffix}"
    backups.write(source, ObjectStore(tmp_path / "none"), file, KEY)
    data = bytearray(file.read_bytes())
    if place == "cut":
        data = data[:-1000]
    elif place == "added":
        data += b"\0" * 512
    else:
        data[int(place * (len(data) - 1))] ^= 1
    file.write_bytes(data)
    check_refused(source, tmp_path, file, "changed after it was sealed|is not a backup")


def check_refused(database: Database, folder: Path, file: Path, words: str, key=KEY) -> None:
    """The seal alone is looked at: nothing of the file is parsed or unpacked."""
    with (
        file.open("rb") as opened,
        pytest.raises(BackupError, match=rf"(?s)^[^\n]*({words})[^\n]*$"),
    ):
        backup_seals.check(opened, file, key)
    assert [each.name for each in folder.iterdir() if each.name.startswith(".backup")] == []


def test_another_key_is_refused(kept, tmp_path):
    check_refused(kept[0], tmp_path, kept[1], "sealed with another key", OTHER_KEY)


def test_the_seal_leaves_the_file_a_tar_for_other_programs(kept, tmp_path):
    file = tmp_path / "home.tar.gz"
    backups.write(kept[0], ObjectStore(tmp_path / "none"), file, KEY)
    assert members(file).keys() == members(kept[1]).keys()


@dataclass(frozen=True)
class Tampering:
    """What somebody who has the key changes, and what is said of it."""

    change: Callable[[Members], Members]
    words: str
    links: tuple[tarfile.TarInfo, ...] = ()


def link(name: str, target: str, kind: bytes = tarfile.SYMTYPE) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.type, member.linkname = kind, target
    return member


def with_contents(**changes: Any) -> Callable[[Members], Members]:
    def change(files: Members) -> Members:
        document = json.loads(files["discovery.json"])
        for name, value in changes.items():
            document[name] = {**document[name], **value} if isinstance(value, dict) else value
        return {**files, "discovery.json": json.dumps(document).encode()}

    return change


def with_table(name: str, columns: list[str]) -> Callable[[Members], Members]:
    contents = with_contents(tables={name: {"columns": columns, "rows": 1}})
    return lambda files: contents({**files, f"rows/{name}": b"x\n"})


def without(name: str) -> Callable[[Members], Members]:
    return lambda files: {each: data for each, data in files.items() if each != name}


def same(files: Members) -> Members:
    return files


SESSION = "rows/discovery.session"
TAMPERINGS = {
    "statements among rows": Tampering(
        lambda members: {**members, SESSION: STATEMENTS + members[SESSION]},
        "rows of discovery.session",
    ),
    "statements for a name of a table": Tampering(
        with_table('discovery.session"; drop schema discovery cascade; --', ["x"]), "no home has"
    ),
    "statements for a name of a column": Tampering(
        with_table("discovery.session", ['x") from stdin; drop schema discovery cascade; --']),
        "no home has",
    ),
    "a table of the catalogue": Tampering(
        with_table("pg_catalog.pg_authid", ["rolname"]), "no hom"
    ),
    "tokens": Tampering(with_table("discovery.access_token", ["token"]), "no home has"),
    "a sequence of others": Tampering(
        with_contents(sequences={"public.x; drop schema discovery": 1}), "no home has"
    ),
    "rows that are missing": Tampering(without(SESSION), "lacks the rows"),
    "fewer rows": Tampering(
        lambda members: {**members, SESSION: b""}, "0 rows of discovery.session"
    ),
    "rows without what they refer to": Tampering(
        lambda members: {**members, SESSION: members[SESSION].replace(b"acme.move", b"acme.gone")},
        "rows of discovery.session",
    ),
    "an added file": Tampering(
        lambda members: {**members, "dagster/dagster.yaml": b"x"}, "no backup d"
    ),
    "a path that leaves": Tampering(
        lambda members: {**members, "objects/../../../taken": b"x"}, "no backup does"
    ),
    "an absolute path": Tampering(
        lambda members: {**members, "/etc/taken": b"x"}, "no backup does"
    ),
    "a symbolic link": Tampering(same, "no backup does", (link("objects/x", "/etc"),)),
    "a hard link": Tampering(
        same, "no backup does", (link("objects/x", "/etc/passwd", tarfile.LNKTYPE),)
    ),
    "a device": Tampering(same, "no backup does", (link("objects/x", "", tarfile.CHRTYPE),)),
    "a schema of the future": Tampering(with_contents(schema_revision="9999"), "newer Discovery"),
    "no contents": Tampering(without("discovery.json"), "does not say what it holds"),
}


@pytest.fixture(scope="module")
def empty(make_home) -> Database:
    """A home into which nothing of the refused backups gets."""
    return make_home()


@pytest.mark.parametrize("tampering", TAMPERINGS.values(), ids=list(TAMPERINGS))
def test_whoever_has_the_key_can_still_run_nothing_by_a_backup(
    kept, empty, tmp_path, tampering: Tampering
):
    file = sealed(tmp_path / "changed.tar", tampering.change(members(kept[1])), *tampering.links)
    with pytest.raises(BackupError, match=rf"(?s)^[^\n]*({tampering.words})[^\n]*$"):
        restore(empty, tmp_path, file)
    assert backups.is_empty(empty, ObjectStore(tmp_path / "home" / "objects"))
    assert sorted(each.name for each in tmp_path.iterdir()) == ["changed.tar", "home"]
    assert list((tmp_path / "home").iterdir()) == []


def test_statements_behind_the_end_of_rows_are_neither_rows_nor_run(kept, make_home, tmp_path):
    files = members(kept[1])
    changed = {**files, SESSION: files[SESSION] + b"\\.\n" + STATEMENTS}
    restored = make_home()
    restore(restored, tmp_path, sealed(tmp_path / "changed.tar", changed))
    assert all_rows(restored) == {**all_rows(kept[0]), "access_token": []}


def test_rows_are_filled_in_by_a_role_that_is_no_superuser(
    kept, make_home, tmp_path, monkeypatch: pytest.MonkeyPatch
):
    roles = set()
    copy_in = backup_rows._copy_in

    def watched(connection, *arguments):
        role = connection.execute(
            "select current_user as name, rolsuper from pg_roles where rolname = current_user"
        ).fetchone()
        roles.add((role["name"], role["rolsuper"]))
        copy_in(connection, *arguments)

    monkeypatch.setattr(backup_rows, "_copy_in", watched)
    restore(make_home(), tmp_path, kept[1])
    assert roles == {("discovery_owner", False)}


def test_what_is_no_backup_is_said_to_be_none(empty, tmp_path):
    nothing = tmp_path / "notes.txt"
    nothing.write_text("no backup")
    with pytest.raises(BackupError, match="is not a backup"):
        backups.read(empty, ObjectStore(tmp_path / "objects"), tmp_path, nothing, KEY)
    assert backups.is_empty(empty, ObjectStore(tmp_path / "objects"))
    assert list(tmp_path.glob(".backup-*")) == []


def test_a_key_that_is_none_is_refused(tmp_path):
    short = tmp_path / "short.key"
    short.write_text("secret")
    with pytest.raises(BackupError, match="fewer than 32 bytes"):
        backup_seals.key_for_writing(Settings(home=tmp_path, backup_key_file=short))
    with pytest.raises(BackupError, match="There is no key"):
        backup_seals.key_for_writing(Settings(home=tmp_path, backup_key_file=tmp_path / "none"))
