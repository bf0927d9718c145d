import threading

import pytest

from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.store import engagements, sessions
from discovery_dagster.store.sessions import (
    EngagementArchivedError,
    IncomingFile,
    NoSuchSessionError,
)


@pytest.fixture
def file(tmp_path):
    def write(name: str, text: str) -> IncomingFile:
        path = tmp_path / name
        path.write_text(text)
        return IncomingFile(name, path)

    return write


def test_sessions_of_an_engagement_are_numbered_from_one(database, objects, engagement):
    registered = [sessions.register(database, objects, engagement, []) for _ in range(3)]
    assert [session.session for session in registered] == ["s001", "s002", "s003"]


def test_sessions_registered_at_once_get_different_ordinals(database, objects, engagement):
    registered: list[SessionKey] = []
    threads = [
        threading.Thread(
            target=lambda: registered.append(sessions.register(database, objects, engagement, []))
        )
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(session.ordinal for session in registered) == list(range(1, 9))


def test_files_are_archived_under_their_session_by_content(database, objects, engagement, file):
    session = sessions.register(database, objects, engagement, [file("a.csv", "x,y\n1,2\n")])
    (kept,) = sessions.files(database, session)
    with objects.file(session, kept.sha256) as path:
        assert path.read_text() == "x,y\n1,2\n"
    assert path.is_relative_to(objects.place.root / str(engagement) / "s001")


def test_every_file_is_listed_once_under_a_name_of_its_own(
    database, objects, engagement, file, tmp_path
):
    first = file("a.csv", "1")
    session = sessions.register(database, objects, engagement, [first])
    again = [first, file("copy.csv", "1"), IncomingFile("a.csv", file("b.csv", "2").path)]
    sessions.register(database, objects, engagement, again, session=session)
    sessions.register(database, objects, engagement, [first], session=session)
    kept = [kept.name for kept in sessions.files(database, session)]
    assert kept == ["a.csv", "copy.csv", "a (2).csv"]


def test_a_file_that_is_given_twice_at_once_is_listed_twice(database, objects, engagement, file):
    given = file("a.csv", "1")
    session = sessions.register(database, objects, engagement, [given, given])
    kept = sessions.files(database, session)
    assert [one.name for one in kept] == ["a.csv", "a (2).csv"]
    assert len({one.sha256 for one in kept}) == 1


def test_a_file_that_cannot_be_read_leaves_no_session_behind(
    database, objects, engagement, tmp_path
):
    with pytest.raises(OSError, match="gone"):
        sessions.register(
            database, objects, engagement, [IncomingFile("gone", tmp_path / "gone.csv")]
        )
    assert sessions.sessions(database, engagement) == []


def test_adding_to_a_session_that_does_not_exist_is_refused(database, objects, engagement):
    with pytest.raises(NoSuchSessionError):
        sessions.register(database, objects, engagement, [], session=SessionKey(engagement, 7))


def test_an_archived_engagement_takes_nothing_in_until_it_is_restored(
    database, objects, engagement, file
):
    session = sessions.register(database, objects, engagement, [file("a.csv", "1")])
    engagements.archive(database, engagement)
    for into in (None, session):
        with pytest.raises(EngagementArchivedError, match="`discovery engagement restore`"):
            sessions.register(database, objects, engagement, [file("b.csv", "2")], session=into)
    assert len(sessions.files(database, session)) == 1
    engagements.restore(database, engagement)
    assert sessions.register(database, objects, engagement, [file("b.csv", "2")]).ordinal == 2
