import time
from concurrent.futures import ThreadPoolExecutor

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


def test_a_refusal_waits_for_the_name_of_a_run_that_is_being_made(database, session):
    with Claim.take(database, session, "") as claim, ThreadPoolExecutor(1) as pool:
        refused = pool.submit(Claim.take, database, session, "run-2")
        time.sleep(0.2)
        claim.assign("run-1")
        with pytest.raises(SessionBusyError, match=r"by run run-1 since"):
            refused.result(timeout=20)


def test_a_refusal_for_a_run_that_never_comes_says_so(database, session, monkeypatch):
    monkeypatch.setattr(claims, "_NAMING_LIMIT", 0.1)
    with (
        Claim.take(database, session, ""),
        pytest.raises(SessionBusyError, match="making, or cancelling, a run of it"),
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
    cut_off(given_up)
    with (
        Claim.take(database, session, "run-2"),
        database.writer(session.engagement) as connection,
        pytest.raises(FencedError, match="run-1 no longer owns"),
    ):
        given_up.check(connection)


def cut_off(claim: Claim) -> None:
    """End its connection, as a restart of Postgres does: the worker lives on and does not know."""
    with claim.database.connect(autocommit=True) as connection:
        holder = claim.connection.info.backend_pid
        connection.execute("select pg_terminate_backend(%s, 5000)", [holder])


def test_a_claim_that_lost_its_lock_takes_it_again(database, session):
    with Claim.take(database, session, "run-1") as claim:
        cut_off(claim)
        assert not claims.is_held(database, session)
        claim.keep()
        assert claims.is_held(database, session)
        with database.writer(session.engagement) as connection:
            claim.check(connection)


def test_a_claim_is_not_taken_back_from_a_successor(database, session):
    given_up = Claim.take(database, session, "run-1")
    cut_off(given_up)
    with Claim.take(database, session, "run-2"), pytest.raises(FencedError):
        given_up.keep()
    with pytest.raises(FencedError):
        given_up.keep()


def test_a_seized_session_is_not_taken_back_by_its_holder(database, session):
    holder = Claim.take(database, session, "run-1")
    with Claim.seize(database, session), pytest.raises(FencedError):
        holder.keep()
    with pytest.raises(FencedError):
        holder.keep()


def test_looking_at_many_sessions_refuses_nobody_who_takes_one(database, objects, engagement):
    registered = [sessions.register(database, objects, engagement, []) for _ in range(3)]
    with Claim.take(database, registered[1], "run-1"):
        assert claims.held(database, registered) == {registered[1]}
