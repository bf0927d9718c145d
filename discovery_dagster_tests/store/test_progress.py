"""How far a step is, as another process reads it."""

import itertools
import threading
import time

import pytest

from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.store import progress, sessions
from discovery_dagster.store.claims import Claim, FencedError
from discovery_dagster.store.progress import StepProgress
from discovery_dagster.store.sessions import IncomingFile


@pytest.fixture
def claim(database, engagement, objects, tmp_path):

    path = tmp_path / "servers.csv"
    path.write_text("Hostname\nweb-01\n")
    session: SessionKey = sessions.register(
        database, objects, engagement, [IncomingFile("servers.csv", path)]
    )
    with Claim.take(database, session, "run-1") as taken:
        yield taken


def seen(claim) -> int:
    return progress.read(claim.database, claim.session)["inventory"].done


def test_what_was_last_said_is_written_though_the_work_falls_silent(claim):
    assert progress.INTERVAL <= 1  # so that it is read within two seconds where nothing else runs
    with StepProgress(claim, "inventory", "assets") as report:
        report(0, 1_000)
        report(700, 1_000)
        deadline = time.monotonic() + 30
        while seen(claim) != 700:
            assert time.monotonic() < deadline
            time.sleep(0.05)


def test_many_threads_that_report_write_once_a_second(claim, monkeypatch):
    writes = []
    write = StepProgress._write

    def counted(self, done, total):
        writes.append(time.monotonic())
        write(self, done, total)

    monkeypatch.setattr(StepProgress, "_write", counted)
    with StepProgress(claim, "inventory", "assets") as report:

        def work() -> None:
            until = time.monotonic() + 1.5
            while time.monotonic() < until:
                report(1, None)
                time.sleep(0.001)

        workers = [threading.Thread(target=work) for _ in range(8)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
    gaps = [after - before for before, after in itertools.pairwise(writes)]
    assert writes
    assert all(gap >= 0.9 * progress.INTERVAL for gap in gaps)


def test_a_worker_that_lost_its_session_is_told_at_the_next_report(claim):
    with StepProgress(claim, "inventory", "assets") as report:
        report(0, 10)
        claim.release()
        with Claim.take(claim.database, claim.session, "run-2"), pytest.raises(FencedError):
            deadline = time.monotonic() + 30
            while time.monotonic() < deadline:
                report(1, 10)
                time.sleep(0.05)
