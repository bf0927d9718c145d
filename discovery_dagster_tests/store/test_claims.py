import pytest

from discovery_dagster.store import claims, sessions
from discovery_dagster.store.claims import Claim, FencedError, SessionBusyError


@pytest.fixture
def session(database, objects, engagement):
    return sessions.register(database, objects, engagement, [])


def test_a_session_has_one_writer_and_the_refusal_names_it(database, session):
    with (
        Claim.take(database, session, "run-1"),
        pytest.raises(SessionBusyError, match=r"is being written by run run-1 since"),
    ):
        Claim.take(database, session, "run-2")


def test_a_released_session_is_free_again(database, session):
    Claim.take(database, session, "run-1").release()
    assert not claims.is_held(database, session)
    with Claim.take(database, session, "run-2") as claim:
        assert claims.is_held(database, session)
        assert claim.fence == 2


def test_looking_whether_a_session_is_held_takes_nothing_from_the_holder(database, session):
    with Claim.take(database, session, "run-1") as claim:
        assert claims.is_held(database, session)
        with database.writer(session.engagement) as connection:
            claim.check(connection)


def test_a_run_that_lost_its_session_is_fenced(database, session):
    given_up = Claim.take(database, session, "run-1")
    # As a restart of Postgres does it: the worker lives on and does not know.
    with database.connect(autocommit=True) as connection:
        holder = given_up.connection.info.backend_pid
        connection.execute("select pg_terminate_backend(%s)", [holder])
    with (
        Claim.take(database, session, "run-2"),
        database.writer(session.engagement) as connection,
        pytest.raises(FencedError, match="run-1 no longer owns"),
    ):
        given_up.check(connection)
