"""The states of many sessions at once: right, and by a number of queries that does not grow."""

import psycopg
import pytest

from discovery_dagster.store import claims, sessions, states
from discovery_dagster.store.claims import Claim
from discovery_dagster.store.decisions import constraints
from discovery_dagster.store.sessions import IncomingFile


@pytest.fixture
def rows(database, objects, engagement, tmp_path):
    """Twenty sessions, each with a file of its own."""
    for number in range(20):
        path = tmp_path / f"servers-{number}.csv"
        path.write_text(f"Hostname\nweb-{number}\n")
        sessions.register(database, objects, engagement, [IncomingFile(path.name, path)])
    return sessions.sessions(database, engagement)


@pytest.fixture
def queries(monkeypatch):
    """The statements that were executed."""
    statements: list[str] = []
    execute = psycopg.Connection.execute

    def listening(self, query, *arguments, **named):
        statements.append(str(query))
        return execute(self, query, *arguments, **named)

    monkeypatch.setattr(psycopg.Connection, "execute", listening)
    return statements


def test_the_states_of_many_are_those_of_each(database, rows):
    with Claim.take(database, rows[3].session, "run-1"):
        assert claims.is_held(database, rows[3].session)
        together = states.states(database, rows)
        assert together == [states.state(database, row.session) for row in rows]
    assert [state.session for state in together] == [f"s{n:03d}" for n in range(1, 21)]
    assert [state.files[0].name for state in together] == [f"servers-{n}.csv" for n in range(20)]


def test_many_sessions_take_no_more_queries_than_one(database, rows, queries):
    states.states(database, rows[:1])
    of_one = len(queries)
    queries.clear()
    states.states(database, rows)
    assert len(queries) == of_one


def test_what_was_decided_is_part_of_each_state_at_a_fixed_number_of_queries(
    database, rows, queries, engagement
):
    constraints.add(database, engagement, "freeze", ("2026-12-20", "2027-01-05"), "holidays", "ann")
    queries.clear()
    states.states(database, rows[:1])
    of_one = len(queries)
    queries.clear()
    states.states(database, rows)
    assert len(queries) == of_one
