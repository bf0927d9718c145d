"""A server that is killed in the middle of a request loses that request and nothing before it."""

import base64
import hashlib
import json
import os
import re
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from discovery_dagster.domain.keys import EngagementKey
from discovery_dagster.store.decisions import audit
from discovery_dagster_tests.folders import open_folder
from discovery_dagster_tests.installation import Installation
from discovery_dagster_tests.serving import Served, serving
from discovery_dagster_tests.signed_in import Person, signed_in

BREWERY = EngagementKey.parse("brewery.exit")
ENGAGEMENT = "/engagements/brewery.exit"
REVIEW = f"{ENGAGEMENT}/sessions/s001/review"
PARTS = [b"Hostname\nkettle-01\n", b"kettle-02\nkettle-03\n"]

_WAITING = "select count(*) as waiting from pg_locks where not granted"


@pytest.fixture(scope="module")
def imported(standing: Installation) -> Installation:
    """A client whose two lists differ about the storage and the memory of two machines."""
    with open_folder() as folder:
        columns, rows = "Hostname,IP Address,Storage (GB),Memory (GB)", ("kettle-01", "kettle-02")
        for name, by in (("cmdb", 0), ("monitoring", 50)):
            lines = (f"{row},10.6.0.{at},{100 + by},{8 + by}" for at, row in enumerate(rows, 1))
            (folder / f"{name}.csv").write_text("\n".join((columns, *lines)) + "\n")
        standing.json("import", folder, "--client", "brewery", "--engagement", "exit")
    return standing


def log(home: Installation) -> list[audit.Entry]:
    with home.database() as database:
        return audit.everything(database, BREWERY)


def killed(server: Served) -> None:
    os.kill(server.pid, signal.SIGKILL)


@contextmanager
def again(home: Installation, person: Person) -> Iterator[Person]:
    """The same browser at a server that was started anew."""
    with (
        serving(home) as server,
        httpx.Client(base_url=server.url, timeout=60, cookies=person.browser.cookies) as browser,
    ):
        yield Person(browser)


def question(ann: Person, field: str) -> str:
    """The key of the question which source is right about a field."""
    match = re.search(rf'id="t-(\w+)">{re.escape(field)}[^<]*which source', ann.page(REVIEW))
    assert match, f"{field} is not asked"
    return match[1]


def form_of(ann: Person, field: str) -> dict[str, str]:
    """What the form of an answer carries after its preview: the values of the first file."""
    item = question(ann, field)
    choice = re.search(
        rf'name="item" value="{item}".*?type="radio" name="answer" value="([^"]*)"',
        ann.page(REVIEW),
        re.DOTALL,
    )
    assert choice
    preview = httpx.URL(f"{REVIEW}/preview").copy_merge_params({"item": item, "answer": choice[1]})
    return ann.hidden(str(preview))


def send_unheard(person: Person, form: dict[str, str]) -> None:
    """Send an answer to a server that will not live to say what became of it."""
    with pytest.raises(httpx.TransportError):
        person.browser.post(f"{REVIEW}/answers", data=form)


def test_an_answer_during_which_the_server_is_killed_is_asked_again(imported: Installation):
    with serving(imported) as server, signed_in(server, "brewery") as ann:
        sent = ann.send(f"{REVIEW}/answers", form_of(ann, "Storage (GB)"))
        assert sent.status_code == 303, sent.text
        before, form = log(imported), form_of(ann, "Memory (GiB)")
        assert before
        with imported.database() as database, database.connect() as holder:
            # The answer waits within its transaction: no kill could meet it more in the middle.
            holder.execute("lock table discovery.decision in exclusive mode")
            sending = threading.Thread(target=send_unheard, args=(ann, form))
            sending.start()
            with database.connect(autocommit=True) as looking:
                deadline = time.monotonic() + 60
                while not (looking.execute(_WAITING).fetchone() or {})["waiting"]:
                    assert time.monotonic() < deadline, "the answer never came to its lock"
                    time.sleep(0.05)
            killed(server)
            sending.join(timeout=60)
            assert not sending.is_alive()
        with again(imported, ann) as back:
            assert log(imported) == before, "what was answered before stays, nothing is half there"
            sent = back.send(f"{REVIEW}/answers", form_of(back, "Memory (GiB)"))
            assert sent.status_code == 303, sent.text
            assert len(log(imported)) == len(before) + 2


def test_an_upload_during_which_the_server_is_killed_goes_on_at_the_last_whole_part(
    imported: Installation,
):
    with serving(imported) as server, signed_in(server, "brewery") as ann:
        files = json.dumps([["kettles.csv", sum(map(len, PARTS))]])
        hidden = ann.hidden(ENGAGEMENT)
        url = ann.send(f"{ENGAGEMENT}/uploads", hidden, title="Cut", files=files).json()["url"]
        assert put(ann, url, 0, PARTS[0]).json() == {"offset": len(PARTS[0])}
        kill_within_a_part(server, ann, url)
        with again(imported, ann) as back:
            (file,) = back.browser.get(url).json()["files"]
            assert file["offset"] == len(PARTS[0])
            put(back, url, len(PARTS[0]), PARTS[1])
            ended = back.browser.post(f"{url}/end", data={})
            assert "1 file was received" in back.page(ended.json()["url"].partition("#")[0])
    drop = imported.home / "inbox" / "brewery" / "exit" / "Cut"
    assert (drop / "kettles.csv").read_bytes() == b"".join(PARTS)


def put(person: Person, url: str, offset: int, content: bytes) -> httpx.Response:
    """Send a part of the first file."""
    headers = {"Content-Digest": digest(content)}
    return person.browser.put(f"{url}/0?offset={offset}", content=content, headers=headers)


def digest(content: bytes) -> str:
    return f"sha-256=:{base64.b64encode(hashlib.sha256(content).digest()).decode()}:"


def kill_within_a_part(server: Served, person: Person, url: str) -> None:
    """Send half of the second part, and kill the server that waits for the rest."""
    base, part = person.browser.base_url, PARTS[1]
    cookies = "; ".join(f"{one.name}={one.value}" for one in person.browser.cookies.jar)
    lines = (
        f"PUT {url}/0?offset={len(PARTS[0])} HTTP/1.1",
        f"Host: {base.host}:{base.port}",
        f"Cookie: {cookies}",
        f"Content-Digest: {digest(part)}",
        f"Content-Length: {len(part)}",
    )
    with socket.create_connection((base.host, base.port or 80)) as connection:
        connection.sendall("\r\n".join((*lines, "", "")).encode() + part[: len(part) // 2])
        person.page(ENGAGEMENT)  # a later request was answered, so this one has been begun
        connection.settimeout(0.2)
        with pytest.raises(TimeoutError):
            connection.recv(1)
        killed(server)
