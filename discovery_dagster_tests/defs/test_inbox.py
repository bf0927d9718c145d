"""The inbox sensor, evaluated as the daemon does, and interrupted where a kill would."""

import os
import shutil
import subprocess
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import dagster as dg
import pytest

from discovery_dagster.definitions import defs
from discovery_dagster.defs import inbox
from discovery_dagster.domain.keys import EngagementKey, SessionKey
from discovery_dagster.settings import Settings
from discovery_dagster.store import (
    drops,
    exports,
    inboxes,
    objects,
    run_requests,
    sessions,
    uploads,
)
from discovery_dagster.store.decisions import log
from discovery_dagster.store.states import state


class Killed(BaseException):
    """The process ends here."""


class Inbox:
    """The inbox of the home, and the daemon that remembers its cursor."""

    def __init__(self, engine, engagement):
        self.engine, self.engagement, self.cursor = engine, engagement, None
        self.folder = Settings().inbox

    def drop(self, name="monday", text="Hostname\nweb-01\n", *, ready=True, engagement=None):
        key = engagement or self.engagement
        folder = self.folder / key.client / key.engagement / name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "servers.csv").write_text(text)
        if ready:
            (folder / "_READY").touch()
        return folder

    def tick(self):
        context = dg.build_sensor_context(
            instance=self.engine.instance, cursor=self.cursor, definitions=defs
        )
        result = inbox.inbox_sensor(context)
        if isinstance(result, dg.SensorResult):
            self.cursor = result.cursor
        return result

    def requested(self):
        return [request.partition_key for request in self.tick().run_requests or []]

    def sessions(self):
        listed = sessions.sessions(self.engine.database, self.engagement)
        return [row.session.session for row in listed]


@pytest.fixture
def box(engine, engagement):
    box = Inbox(engine, engagement)
    box.folder.mkdir()
    yield box
    shutil.rmtree(box.folder, ignore_errors=True)
    for session, _ in drops.without_run(
        engine.database, sessions.engagements(engine.database), 999
    ):
        drops._has_run(engine.database, session)


def test_a_drop_becomes_a_session_with_its_name_and_one_requested_run(box, engagement):
    box.drop("Monday's export")
    (request,) = box.tick().run_requests
    assert request.partition_key == f"{engagement}|s001"
    assert request.tags["discovery/client"] == "acme"
    (row,) = sessions.sessions(box.engine.database, engagement)
    assert row.title == "Monday's export"
    (file,) = sessions.files(box.engine.database, row.session)
    assert file.name == "servers.csv"


def test_a_table_of_decisions_in_a_drop_decides_about_its_assets(box, engagement):
    folder = box.drop(ready=False)
    lines = "web-01,environment,test,moved,ann\nweb-99,environment,test,moved,ann\n"
    (folder / "overrides.csv").write_text(f"asset,field,value,reason,author\n{lines}")
    (folder / "_READY").touch()
    assert box.requested() == [f"{engagement}|s001"]
    (row,) = sessions.sessions(box.engine.database, engagement)
    box.engine.execute_here(row.session)
    (decided,) = log.history(box.engine.database, engagement)
    assert (decided.name, decided.value, decided.author) == ("web-01", "test", "ann")
    (refused,) = exports.rows(box.engine.database, row.session, "rejects")
    assert (refused["file"], refused["line"]) == ("overrides.csv", 3)


def test_a_run_is_requested_under_one_key_until_dagster_has_it(box, session):
    box.drop()
    first, second = box.tick().run_requests, box.tick().run_requests
    assert [r.run_key for r in first] == [r.run_key for r in second]
    (request,) = second
    box.engine._create(session.parse(request.partition_key), {})
    assert box.requested() == []
    assert box.requested() == []


def sent_to(box, session, text="Hostname\nweb-02\n"):
    """Files that somebody adds to a session in the browser, as they land."""
    here = inboxes.inbox(Settings())
    folder = here.begin(session.engagement)
    (folder / "more.csv").write_text(text)
    database, author = box.engine.database, ("Ann Li", "page, token 1")
    uploads.add(database, here, session.engagement, folder, "", *author, session)


def test_files_that_are_added_to_a_session_make_no_other_and_it_is_asked_to_run(
    box, engagement, monkeypatch
):
    box.drop()
    (request,) = box.tick().run_requests
    session = SessionKey.parse(request.partition_key)
    box.engine.execute_here(session)
    sent_to(box, session)

    def killed(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(run_requests, "add", killed)
        with pytest.raises(Killed):
            box.tick()
    box.tick()
    box.tick()
    assert box.sessions() == ["s001"]
    names = [file.name for file in sessions.files(box.engine.database, session)]
    assert names == ["servers.csv", "more.csv"]
    assert run_requests.waiting_of(box.engine.database, session).author == "Ann Li"
    assert state(box.engine.database, session).status == "stale"


def test_a_kill_while_registering_leaves_nothing_and_the_next_tick_makes_one_session(
    box, monkeypatch
):
    def killed(*_: object) -> None:
        raise Killed

    box.drop()
    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr(drops, "add", killed)
        box.tick()
    assert box.sessions() == []
    assert len(box.requested()) == 1
    assert box.sessions() == ["s001"]


def test_a_kill_between_registering_and_requesting_loses_and_doubles_nothing(box, monkeypatch):
    def killed(*_: object) -> None:
        raise Killed

    box.drop()
    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr(inbox, "add_partition", killed)
        box.tick()
    assert box.sessions() == ["s001"]
    assert box.requested() == [f"{box.engagement}|s001"]
    assert box.sessions() == ["s001"]


def test_a_daemon_that_forgot_its_cursor_makes_no_second_session(box):
    box.drop()
    box.tick()
    box.cursor = None
    box.tick()
    assert box.sessions() == ["s001"]


def test_the_content_of_an_earlier_drop_makes_no_second_session(box):
    box.drop("monday")
    box.drop("tuesday")
    box.drop("wednesday", "Hostname\nweb-02\n")
    box.tick()
    box.tick()
    assert box.sessions() == ["s001", "s002"]


def test_a_folder_that_gets_other_content_is_another_drop(box):
    folder = box.drop()
    box.tick()
    (folder / "_READY").unlink()
    box.drop(text="Hostname\nweb-02\n")
    box.tick()
    assert box.sessions() == ["s001", "s002"]


def test_two_engagements_may_be_sent_the_same_files(box, engagement):
    other = EngagementKey("rival", engagement.engagement)
    box.drop()
    box.drop(engagement=other)
    requests = box.tick().run_requests
    assert {r.partition_key for r in requests} == {f"{engagement}|s001", f"{other}|s001"}
    assert len({r.run_key for r in requests}) == 2


def test_a_drop_that_is_not_marked_is_left_alone_at_first(box):
    box.drop(ready=False)
    assert box.requested() == []
    assert box.sessions() == []


def test_a_drop_that_looked_the_same_long_enough_is_taken_in(box, monkeypatch):
    monkeypatch.setenv("DISCOVERY_INBOX_SETTLE_SECONDS", "50")
    clock = iter([1000.0, 1025.0, 1050.0])
    monkeypatch.setattr(inbox, "time", SimpleNamespace(time=lambda: next(clock)))
    box.drop(ready=False)
    assert [box.requested() != [] for _ in range(3)] == [False, False, True]


def test_a_file_that_came_after_the_mark_has_to_settle(box):
    folder = box.drop()
    with (folder / "late.csv").open("w") as late:
        while os.fstat(late.fileno()).st_ctime_ns <= (folder / "_READY").stat().st_ctime_ns:
            late.write("Hostname\n")
            late.flush()
    assert box.requested() == []


def test_a_drop_that_is_written_to_while_it_is_read_is_not_taken_in(box, monkeypatch):
    folder = box.drop()
    archive = objects.ObjectStore.archive

    def write_meanwhile(*arguments):
        (folder / "servers.csv").write_text("Hostname\nweb-01\nweb-02\n")
        return archive(*arguments)

    with monkeypatch.context() as patched:
        patched.setattr(objects.ObjectStore, "archive", write_meanwhile)
        reason = box.tick().skip_reason.skip_message
    assert "written to while it was read" in reason
    assert box.sessions() == []


def test_links_and_hidden_files_are_not_read(box, tmp_path):
    folder = box.drop(ready=False)
    (folder / ".hidden.csv").write_text("Hostname\nno\n")
    secret = tmp_path / "secret.csv"
    secret.write_text("Hostname\nno\n")
    (folder / "link.csv").symlink_to(secret)
    (folder / "below").symlink_to(tmp_path)
    (folder / "_READY").touch()
    box.tick()
    (row,) = sessions.sessions(box.engine.database, box.engagement)
    assert [f.name for f in sessions.files(box.engine.database, row.session)] == ["servers.csv"]


def test_a_drop_that_failed_is_tried_again_and_the_others_do_not_wait_for_it(box, monkeypatch):
    monkeypatch.setenv("DISCOVERY_INBOX_SETTLE_SECONDS", "0")
    box.drop("a", "Hostname\nweb-01\n")
    box.drop("b", "Hostname\nweb-02\n")
    read = inbox.sha256_of

    def full(path: Path) -> str:
        if path.parent.name == "a":
            raise OSError(28, "No space left on device")
        return read(path)

    with monkeypatch.context() as patched:
        patched.setattr(inbox, "sha256_of", full)
        assert len(box.requested()) == 1
    assert len(box.requested()) == 2
    assert box.sessions() == ["s001", "s002"]


def test_malformed_folders_are_told_once(box):
    (box.folder / "Acme Corp" / "x" / "y").mkdir(parents=True)
    (box.folder / "stray.csv").touch()
    message = box.tick().skip_reason.skip_message
    assert "is no client" in message
    assert "stray.csv" in message
    assert box.tick().skip_reason.skip_message == "Nothing new has landed."


def test_a_missing_inbox_is_a_clear_reason(box):
    box.folder.rmdir()
    assert "cannot be read" in box.tick().skip_message


@contextmanager
def read_only(folder):
    """Nothing can be written below the folder: a mount for root, modes for others."""
    bind = ["mount", "--bind", str(folder), str(folder)]
    mounted = subprocess.run(bind, capture_output=True, check=False).returncode == 0
    places = [folder, *folder.rglob("*")]
    if mounted:
        subprocess.run(["mount", "-o", "remount,bind,ro", str(folder)], check=True)
    for place in [] if mounted else places:
        place.chmod(0o555)
    try:
        yield
    finally:
        if mounted:
            subprocess.run(["umount", str(folder)], check=True)
        for place in [] if mounted else places:
            place.chmod(0o755)


def test_a_read_only_inbox_is_read_and_never_written(box):
    folder = box.drop()
    with read_only(box.folder):
        with pytest.raises(OSError, match=r"Read-only|Permission"):
            (folder / "probe").touch()
        assert len(box.requested()) == 1
        assert box.sessions() == ["s001"]
        box.tick()
    assert box.sessions() == ["s001"]


def test_many_drops_are_taken_in_by_bounded_ticks(box, monkeypatch):
    for number in range(45):
        box.drop(f"d{number:02d}", f"Hostname\nweb-{number}\n")
    taken = []
    while len(box.sessions()) < 45:
        before = len(box.sessions())
        box.tick()
        taken.append(len(box.sessions()) - before)
    assert taken == [20, 20, 5]


def test_a_drop_of_which_nothing_can_be_read_fails_and_says_why_file_by_file(box):
    folder = box.drop(text="", ready=False)
    (folder / "noise.bin").write_bytes(bytes(range(256)) * 4)
    (folder / "_READY").touch()
    box.requested()
    (row,) = sessions.sessions(box.engine.database, box.engagement)
    box.engine.execute_here(row.session)
    current = state(box.engine.database, row.session)
    assert current.status == "failed"
    assert "None of the 2 files of the session can be read" in current.error
    assert {file.name: bool(file.error) for file in current.files} == {
        "noise.bin": True,
        "servers.csv": True,
    }
    steps = {step.step: step.status for step in current.steps}
    assert (steps["source_files"], steps["source_records"]) == ("done", "failed")


def test_the_file_that_replaces_an_unreadable_one_makes_a_session_that_is_done(box):
    box.drop(text="")
    box.requested()
    (failed,) = sessions.sessions(box.engine.database, box.engagement)
    box.engine.execute_here(failed.session)
    box.drop(text="Hostname\nweb-01\n")
    box.requested()
    _, replaced = sessions.sessions(box.engine.database, box.engagement)
    box.engine.execute_here(replaced.session)
    assert state(box.engine.database, failed.session).status == "failed"
    assert state(box.engine.database, replaced.session).status == "done"


def test_a_drop_of_which_some_can_be_read_is_done_and_lists_the_rest(box):
    folder = box.drop(ready=False)
    (folder / "noise.bin").write_bytes(bytes(range(256)) * 4)
    shutil.copy(folder / "servers.csv", folder / "twice.csv")
    (folder / "_READY").touch()
    box.requested()
    (row,) = sessions.sessions(box.engine.database, box.engagement)
    box.engine.execute_here(row.session)
    current = state(box.engine.database, row.session)
    noise, servers, twice = current.files
    assert current.status == "done"
    assert noise.error
    assert (servers.accepted, servers.error) == (1, None)
    assert (twice.records, twice.error) == (0, None)
    assert twice.notes == ["It has the same content as servers.csv and is not read again."]


def test_a_drop_that_is_marked_and_holds_no_file_is_said(box):
    folder = box.drop(ready=False)
    (folder / "servers.csv").unlink()
    (folder / "_READY").touch()
    assert "holds no file" in box.tick().skip_reason.skip_message
    assert box.sessions() == []
