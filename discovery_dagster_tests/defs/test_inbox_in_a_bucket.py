"""Drops in a bucket land as those of a folder do, and what the browser sends comes whole."""

import uuid
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import dagster as dg
import pytest
from pydantic import ValidationError

from discovery_dagster.definitions import defs
from discovery_dagster.defs import inbox as sensor
from discovery_dagster.settings import Settings
from discovery_dagster.store import drops, erasure, inboxes, sessions, tombstones
from discovery_dagster_tests.buckets import BUCKET, s3_server, surroundings


@pytest.fixture(scope="module")
def s3() -> Iterator[None]:
    with s3_server() as variables, surroundings(variables):
        yield


class Bucket:
    """An inbox in an empty prefix of a bucket, and the daemon that remembers its cursor."""

    def __init__(self, engine, engagement):
        self.engine, self.engagement, self.cursor = engine, engagement, None

    @property
    def inbox(self):
        return inboxes.inbox(Settings())

    def put(self, name, text="", drop="monday"):
        key = f"{self.engagement.client}/{self.engagement.engagement}/{drop}"

        def fill(out) -> str:
            out.write(text.encode())
            return name

        self.inbox.bucket.write(key, fill)

    def tick(self):
        result = sensor.inbox_sensor(
            dg.build_sensor_context(
                instance=self.engine.instance, cursor=self.cursor, definitions=defs
            )
        )
        if isinstance(result, dg.SensorResult):
            self.cursor = result.cursor
        return result

    def requested(self):
        return [request.partition_key for request in self.tick().run_requests or []]

    def files(self):
        """The files of each session, by name."""
        return [
            [file.name for file in sessions.files(self.engine.database, row.session)]
            for row in sessions.sessions(self.engine.database, self.engagement)
        ]


@pytest.fixture
def box(engine, engagement, s3, monkeypatch):
    monkeypatch.setenv("DISCOVERY_INBOX_URL", f"s3://{BUCKET}/inbox-{uuid.uuid4().hex}")
    box = Bucket(engine, engagement)
    yield box
    for session, _ in drops.without_run(engine.database, [engagement], 999):
        drops._has_run(engine.database, session)


def test_a_drop_that_is_marked_becomes_a_session_with_a_run(box):
    box.put("servers.csv", "Hostname\nweb-01\n")
    box.put(".part", "half of another")
    assert box.requested() == []
    box.put("_READY")
    assert box.requested() == [f"{box.engagement}|s001"]
    assert box.files() == [["servers.csv"]]


def test_a_drop_without_a_mark_waits_until_it_stays_as_it_is(box, monkeypatch):
    monkeypatch.setenv("DISCOVERY_INBOX_SETTLE_SECONDS", "10")
    times = iter([1000.0, 1008.0, 1016.0, 1024.0])
    monkeypatch.setattr(sensor, "time", SimpleNamespace(time=lambda: next(times)))
    box.put("servers.csv", "Hostname\nweb-01\n")
    assert box.requested() == []
    box.put("more.csv", "Hostname\nweb-02\n")
    assert box.requested() == []
    assert box.requested() == []
    assert len(box.requested()) == 1
    assert box.files() == [["more.csv", "servers.csv"]]


def test_what_changes_while_it_is_read_is_tried_again(box, monkeypatch):
    box.put("servers.csv", "Hostname\nweb-01\n")
    box.put("_READY")
    register = sessions.register

    def late(*arguments, **options):
        box.put("late.csv", "Hostname\nweb-02\n")
        return register(*arguments, **options)

    with monkeypatch.context() as patched:
        patched.setattr(sensor.sessions, "register", late)
        assert "written to while it was read" in box.tick().skip_reason.skip_message
    assert box.files() == []
    box.put("_READY")
    monkeypatch.setenv("DISCOVERY_INBOX_SETTLE_SECONDS", "0")
    assert len(box.requested()) == 1
    assert box.files() == [["late.csv", "servers.csv"]]


@pytest.mark.parametrize(
    "name",
    ["Server #2 (50%).csv", "Übersicht.csv", "a+b&c=d.csv", "sub folder/list.csv", "%20.csv"],
)
def test_names_come_through_as_they_are(box, name):
    box.put(name, "Hostname\nweb-01\n")
    box.put("_READY")
    assert len(box.requested()) == 1
    assert box.files() == [[name]]


def test_objects_that_lie_in_no_drop_are_told(box):
    box.inbox.bucket.write("acme", lambda _: "stray.csv")
    assert "stray.csv" in box.tick().skip_reason.skip_message


def test_a_bucket_that_cannot_be_reached_is_told_and_no_failure(box, monkeypatch):
    monkeypatch.setenv("DISCOVERY_INBOX_URL", "s3://there-is-no-such-bucket")
    assert "DISCOVERY_INBOX_URL" in box.tick().skip_message


def sent(box, *names: str) -> Path:
    folder = box.inbox.begin(box.engagement)
    for name in names:
        (folder / name).write_text(f"Hostname\n{name}\n")
    return folder


def test_what_is_sent_lands_whole_under_a_name_of_its_own(box):
    box.inbox.land(box.engagement, sent(box, "one.csv", "two.csv"), "Monday")
    box.inbox.land(box.engagement, sent(box, "three.csv"), "Monday")
    assert [place.rsplit("/", 1)[1] for place in box.inbox.places()[0]] == ["Monday", "Monday (2)"]
    assert len(box.requested()) == 2
    assert box.files() == [["one.csv", "two.csv"], ["three.csv"]]


def test_what_a_kill_left_half_sent_never_lands(box, monkeypatch):
    monkeypatch.setenv("DISCOVERY_INBOX_SETTLE_SECONDS", "0")
    inbox = box.inbox
    folder = sent(box, "one.csv", "two.csv")
    write = inbox.bucket.write

    def killed(place, fill):
        write(place, fill)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(type(inbox.bucket), "write", lambda _, place, fill: killed(place, fill))
        inbox.land(box.engagement, folder, "Monday")
    assert len(inbox.files_of(box.engagement)) == 2
    assert box.requested() == box.requested() == []


def test_erasing_an_engagement_empties_its_part_of_the_bucket_alone(box):
    box.put("servers.csv", "Hostname\nweb-01\n")
    box.put("_READY")
    box.tick()
    box.inbox.bucket.write(
        f"{box.engagement.client}/{box.engagement.engagement}-2/x", lambda _: "a"
    )
    erased = erasure.erase(box.engine.database, Settings(), box.engagement)
    assert erased.store["inbox_files"] == 2
    assert box.inbox.files_of(box.engagement) == []
    assert [each.key.rsplit("/")[-1] for each in box.inbox.bucket.objects()] == ["a"]
    tombstones.remove(box.engine.database, box.engagement)


@pytest.mark.parametrize(
    ("inbox_url", "objects_url"),
    [("s3://one", "s3://one/home"), ("s3://one/home/in", "s3://one/home"), ("s3://a/", "s3://a")],
)
def test_frames_cannot_be_taken_for_drops(inbox_url, objects_url):
    with pytest.raises(ValidationError, match="beside each other"):
        Settings(inbox_url=inbox_url, objects_url=objects_url)


def test_an_inbox_beside_the_objects_is_fine():
    Settings(inbox_url="s3://one/inbox", objects_url="s3://one/in")
