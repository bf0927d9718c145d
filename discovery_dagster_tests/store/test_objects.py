"""The object store in a folder and in a bucket: what is kept, whole or not at all, and deleted."""

import hashlib
import socket
import threading
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import polars as pl
import pytest

from discovery_dagster.domain.errors import UnreadableFileError
from discovery_dagster.domain.keys import EngagementKey, SessionKey
from discovery_dagster.domain.steps import BY_KEY
from discovery_dagster.settings import Settings
from discovery_dagster.store.object_bucket import ObjectBucket
from discovery_dagster.store.objects import ObjectStore, object_store
from discovery_dagster_tests.buckets import BUCKET, s3_server, surroundings
from discovery_dagster_tests.growing import grows

SESSION = SessionKey.of(EngagementKey("acme", "move"), "s001")
NEXT = SessionKey.of(EngagementKey("acme", "move"), "s002")
SIMILAR = SessionKey.of(EngagementKey("acme", "move-2"), "s001")

STEP = BY_KEY["source_files"]
FRAME = next(iter(STEP.frames))


@pytest.fixture(scope="module")
def s3() -> Iterator[None]:
    with s3_server() as variables, surroundings(variables):
        yield


@pytest.fixture(params=["folder", "bucket"])
def store(request, tmp_path: Path) -> ObjectStore:
    if request.param == "folder":
        return object_store(Settings(home=tmp_path / "home"))
    request.getfixturevalue("s3")
    url = f"s3://{BUCKET}/{uuid.uuid4().hex}"
    return object_store(Settings(home=tmp_path / "home", objects_url=url))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "servers.csv"
    path.write_bytes(b"name,os\nweb,RHEL\n")
    return path


@dataclass
class ATroubledFrame:
    """Ends in the middle of being written, as on a disk that fills up."""

    def write_parquet(self, out, **_: object) -> None:
        out.write(b"PAR1 and no more")
        raise OSError(28, "No space left on device")


def keys(store: ObjectStore) -> list[str]:
    return [each.key for each in store.place.objects()]


def test_a_file_is_kept_under_its_session_by_its_content(store, file):
    sha256, size = store.archive(SESSION, file)
    assert keys(store) == [f"acme.move/s001/files/{sha256}"]
    with store.file(SESSION, sha256) as path:
        kept = path.read_bytes()
    assert kept == file.read_bytes()
    assert (hashlib.sha256(kept).hexdigest(), len(kept)) == (sha256, size)


def test_the_same_file_is_kept_once(store, file):
    assert store.archive(SESSION, file) == store.archive(SESSION, file)
    assert len(keys(store)) == 1


def test_a_file_larger_than_one_request_takes_is_kept_whole(store, file):
    file.write_bytes(bytes(range(256)) * 50_000)
    sha256, size = store.archive(SESSION, file)
    with store.file(SESSION, sha256) as path:
        assert hashlib.sha256(path.read_bytes()).hexdigest() == sha256
    assert next(store.place.objects()).size == size == 12_800_000


def test_a_file_that_grows_while_it_is_archived_is_refused_until_it_is_complete(
    store, file, monkeypatch: pytest.MonkeyPatch
):
    with monkeypatch.context() as patch, pytest.raises(UnreadableFileError) as refused:
        grows(patch, file, b"late,SL")
        store.archive(SESSION, file)
    assert refused.value.code == "changed_while_read"
    assert keys(store) == []
    sha256, _ = store.archive(SESSION, file)
    with store.file(SESSION, sha256) as path:
        assert path.read_bytes() == file.read_bytes() == b"name,os\nweb,RHEL\nlate,SL"


def test_frames_come_back_as_they_were_and_their_rows_are_counted(store):
    frame = pl.DataFrame({"name": ["web", None, "öl"], "count": [1, 2, 3]})
    store.write_frames(SESSION, STEP.key, "p1", {FRAME: frame, "more": frame.head(1)})
    assert store.read_frame(SESSION, STEP.key, "p1", FRAME).equals(frame)
    assert store.rows(SESSION, STEP, "p1") == 3
    with store.frame(SESSION, STEP.key, "p1", "more") as path:
        assert pl.read_parquet(path).height == 1
    assert all(key.startswith("acme.move/s001/frames/source_files/p1/") for key in keys(store))


def test_a_publication_that_cannot_be_written_leaves_nothing_behind(store):
    frames = {FRAME: pl.DataFrame({"name": ["web"]}), "more": ATroubledFrame()}
    with pytest.raises(OSError, match="No space left"):
        store.write_frames(SESSION, STEP.key, "p1", frames)
    assert keys(store) == []


def test_erasing_an_engagement_leaves_those_that_are_called_alike(store, file):
    for session in (SESSION, NEXT, SIMILAR):
        store.archive(session, file)
    store.keep_failure(SESSION, "inventory", "ValueError: 'db01\udcff'")
    assert store.erase(SESSION.engagement) == 3
    assert [key.split("/")[0] for key in keys(store)] == ["acme.move-2"]
    assert store.erase(SESSION.engagement) == 0


def test_the_text_of_a_failure_is_where_it_says(store):
    where = store.keep_failure(SESSION, "inventory", "ValueError: 'db01'")
    (key,) = keys(store)
    assert where == store.place.address(key)
    with store.place.open(key) as kept:
        assert kept.read() == b"ValueError: 'db01'"


def test_what_is_not_there_is_not_found(store):
    with pytest.raises(FileNotFoundError, match="No such"), store.file(SESSION, "0" * 64) as path:
        path.read_bytes()
    with pytest.raises(FileNotFoundError):
        store.read_frame(SESSION, STEP.key, "p1", FRAME)


def test_trying_out_leaves_nothing_behind(store):
    store.try_out()
    assert keys(store) == []


def test_a_copy_of_a_bucket_is_gone_when_it_was_used(s3, file, tmp_path):
    settings = Settings(home=tmp_path / "home", objects_url=f"s3://{BUCKET}/copies")
    store = object_store(settings)
    sha256, _ = store.archive(SESSION, file)
    with store.file(SESSION, sha256) as path:
        assert path.is_relative_to(settings.spill)
    assert list(settings.spill.iterdir()) == []
    assert not settings.objects.exists()


def test_a_bucket_that_is_not_there_is_said_in_one_sentence(s3, tmp_path):
    store = object_store(Settings(home=tmp_path / "home", objects_url="s3://nobodys"))
    with pytest.raises(OSError, match=r"^\[Errno \d+\] [^\n]*s3://nobodys[^\n]*$"):
        store.try_out()


class Accepting(BaseHTTPRequestHandler):
    """A store that says yes to whatever it is sent."""

    protocol_version = "HTTP/1.1"

    def do_PUT(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("ETag", '"any"')
        self.send_header("Content-Length", "0")
        self.end_headers()


def test_a_store_that_starts_again_is_waited_for(tmp_path):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = probe.getsockname()
    here = {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{address[1]}",
        "AWS_ALLOW_HTTP": "true",
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_REGION": "us-east-1",
    }
    servers = []

    def start() -> None:
        servers.append(HTTPServer(address, Accepting))
        servers[0].serve_forever(0.05)

    starting = threading.Timer(6, start)  # the library itself gives up after four seconds
    with surroundings(here):
        starting.start()
        assert ObjectBucket("s3://bucket", tmp_path).write_new("claim")
    servers[0].shutdown()
    servers[0].server_close()
    starting.join()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("https://host/bucket", "begins with s3://"),
        ("s3://", "begins with s3://"),
        ("/mnt/share", "begins with s3://"),
        ("s3://key:secret@bucket", "no credentials"),
        ("az://container?sig=secret", "no credentials"),
    ],
)
def test_an_address_that_is_none_is_refused(url, words):
    with pytest.raises(ValueError, match=words) as refused:
        Settings(objects_url=url)
    assert refused.type.__name__ == "ValidationError"
