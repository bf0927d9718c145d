"""A flow that is killed, or loses its session, or is begun twice."""

import json
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import psycopg
import pytest

from discovery_dagster import reference
from discovery_dagster.domain.proposals import Question
from discovery_dagster.store import flows, sessions
from discovery_dagster.store.claims import Claim, FencedError, SessionBusyError
from discovery_dagster_tests.ai.server import able
from discovery_dagster_tests.ai.victim import THINGS, ask, proposer_of

PROJECT = Path(__file__).parents[2]


@pytest.fixture
def session(database, objects, engagement):
    return sessions.register(database, objects, engagement, [])


def rows(database, session, query):
    with database.reader([session.engagement]) as connection:
        return connection.execute(query).fetchall()


def answers(database, session):
    """How many questions the session's engagement has an answer to."""
    return len(rows(database, session, "select 1 from discovery.model_answer"))


def names(request):
    return sorted(set(re.findall(r"thing-\d+", json.dumps(request.rows))))


def claim_of_the_dead(database, session):
    """Take a session whose holder was killed: Postgres hears of that a moment later."""
    deadline = time.monotonic() + 45
    while True:
        try:
            return Claim.take(database, session, "run-2")
        except SessionBusyError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


@pytest.mark.long
@pytest.mark.parametrize("saved", [0, 1, 3])
def test_a_killed_flow_asks_no_saved_batch_again(database, session, server, settings, home, saved):
    def behave(request):
        reply = able(request)
        # What comes after the saved ones stays in flight until the process is killed.
        reply.wait = 0.0 if len(server.log) <= saved else 60.0
        return reply

    server.behave = behave
    victim = subprocess.Popen(
        [sys.executable, "-m", "discovery_dagster_tests.ai.victim",
         database.url, session.partition_key, server.url, str(home)],
        cwd=PROJECT,
    )  # fmt: skip
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and victim.poll() is None:
        if len(server.log) >= saved + 2 and answers(database, session) == 5 * saved:
            break
        time.sleep(0.05)
    assert victim.poll() is None, "the flow was over before it could be killed"
    victim.send_signal(signal.SIGKILL)
    victim.wait()

    before = [names(request) for request in server.log]
    server.behave = able
    with claim_of_the_dead(database, session) as claim:
        replies = ask(proposer_of(settings, claim))
    assert [a.value for a in replies.answers] == ["database"] * THINGS
    counts = Counter(map(tuple, [names(request) for request in server.log]))
    twice = [batch for batch, times in counts.items() if times > 1]
    assert sum(counts.values()) <= THINGS / 5 + settings.llm_concurrency
    assert len(twice) <= settings.llm_concurrency
    assert all(list(batch) in before[saved:] for batch in twice)
    assert max(counts.values()) <= 2


def test_a_finished_flow_asks_nothing_more(database, session, server, settings):
    with Claim.take(database, session, "run-1") as claim:
        first = ask(proposer_of(settings, claim))
        sent = len(server.log)
        again = ask(proposer_of(settings, claim))
    assert again.answers == first.answers
    assert again.usage == first.usage
    assert len(server.log) == sent


def test_a_flow_that_lost_its_session_saves_nothing_more(database, session, server, settings):
    lost = Claim.take(database, session, "run-1")

    def behave(request):
        if len(server.log) == 3:
            Claim.seize(database, session).release()
        return able(request)

    server.behave = behave
    with pytest.raises((FencedError, RuntimeError), match="no longer owns"):
        ask(proposer_of(settings.model_copy(update={"llm_concurrency": 1}), lost))
    assert answers(database, session) == 10
    assert len(server.log) == 3


def test_a_question_that_changed_is_asked_and_those_that_did_not_are_not(
    database, session, server, settings
):
    with Claim.take(database, session, "run-1") as claim:
        ask(proposer_of(settings, claim))
        server.log.clear()
        ask(proposer_of(settings, claim))
        assert server.log == []
        replies = ask(proposer_of(settings, claim), "blob")
    assert {each.value for each in replies.answers} == {None}
    assert len(server.log) == THINGS / 5


def test_a_state_of_another_version_is_begun_anew_and_answers_stand(
    database, session, server, settings
):
    with Claim.take(database, session, "run-1") as claim:
        ask(proposer_of(settings, claim))
        with database.writer(session.engagement) as connection:
            connection.execute(
                "update discovery.flow_state set state = jsonb_build_object('version', 0)"
            )
        server.log.clear()
        replies = ask(proposer_of(settings, claim))
        assert server.log == []
        ask(proposer_of(settings, claim), "blob")
    assert {a.value for a in replies.answers} == {"database"}
    assert len(server.log) == THINGS / 5


def test_the_history_of_a_flow_is_bounded(database, session, server, settings):
    with Claim.take(database, session, "run-1") as claim:
        for number in range(7):  # with ten saves each
            ask(proposer_of(settings, claim), f"ledger {number}")
    saves = rows(database, session, "select method, calls, batches_done from discovery.flow_save"
                 " order by save")  # fmt: skip
    assert len(saves) == flows.HISTORY
    assert saves[-1] == {"method": "finish", "calls": 42, "batches_done": 42}
    assert len(rows(database, session, "select 1 from discovery.flow_state")) == 1


def test_another_session_of_the_engagement_asks_nothing_again_and_another_engagement_does(
    database, objects, engagement, session, server, settings
):
    """Also where there is one question more, or they come in another order."""
    with Claim.take(database, session, "run-1") as claim:
        ask(proposer_of(settings, claim))
    later = sessions.register(database, objects, engagement, [])
    other = sessions.register(
        database, objects, type(engagement)("rival", engagement.engagement), []
    )
    server.log.clear()
    with Claim.take(database, later, "run-2") as claim:
        questions = [
            Question({"name": f"thing-{at:03d}", "description": "ledger"}, {"file": "other.csv"})
            for at in reversed(range(THINGS + 1))
        ]
        replies = proposer_of(settings, claim).propose(
            questions, reference.load("vocabulary")["asset_types"], "unknown"
        )
    assert {each.value for each in replies.answers} == {"database"}
    assert [names(request) for request in server.log] == [[f"thing-{THINGS:03d}"]]
    assert replies.usage.calls == 1
    server.log.clear()
    with Claim.take(database, other, "run-3") as claim:
        ask(proposer_of(settings, claim))
    assert len(server.log) == THINGS / 5


def test_what_differs_only_in_what_is_masked_is_one_question(database, session, server, settings):
    with Claim.take(database, session, "run-1") as claim:
        questions = [
            Question({"name": "ledger", "description": f"at 10.0.0.{at}"}) for at in range(9)
        ]
        replies = proposer_of(settings, claim).propose(
            questions, reference.load("vocabulary")["asset_types"], "unknown"
        )
    assert [each.value for each in replies.answers] == ["database"] * 9
    assert [len(request.rows) for request in server.log] == [1 + 2]  # two are controls


@pytest.mark.parametrize("changed", [{"llm_model": "another"}, {}])
def test_another_model_is_asked_anew(database, session, server, settings, changed):
    with Claim.take(database, session, "run-1") as claim:
        ask(proposer_of(settings, claim))
        server.log.clear()
        ask(proposer_of(settings.model_copy(update=changed), claim))
    assert bool(server.log) == bool(changed)


def test_one_clients_words_are_never_in_a_request_about_another(
    database, objects, engagement, session, server, settings
):
    other = sessions.register(
        database, objects, type(engagement)("rival", engagement.engagement), []
    )
    with Claim.take(database, session, "run-1") as mine, Claim.take(database, other, "r") as theirs:
        for claim, word in ((mine, "canary-acme"), (theirs, "canary-rival"), (mine, "canary-acme")):
            server.log.clear()
            proposer = proposer_of(settings, claim)
            proposer.propose(
                [Question({"name": f"{word}-{at}"}) for at in range(12)],
                {"database": "", "unknown": ""},
                "unknown",
            )
            rival = "canary-rival" if word == "canary-acme" else "canary-acme"
            assert server.asked(rival) == 0
    assert rows(database, other, "select distinct engagement from discovery.flow_state") == [
        {"engagement": str(other.engagement)}
    ]


@pytest.mark.parametrize("table", ["flow_state", "model_answer", "model_request"])
def test_nothing_of_a_flow_can_be_saved_into_another_engagement(
    database, session, server, settings, table
):
    with Claim.take(database, session, "run-1") as claim:
        ask(proposer_of(settings, claim))
    with (
        pytest.raises(psycopg.errors.InsufficientPrivilege),
        database.writer(session.engagement) as connection,
    ):
        connection.execute(f"update discovery.{table} set engagement = 'rival.dc-exit'")
