"""What the role may do in which the web server writes: add decisions to its engagement alone."""

from datetime import UTC, datetime

import psycopg
import pytest

from discovery_dagster.domain.decisions.constraints import Constraint
from discovery_dagster.domain.keys import EngagementKey
from discovery_dagster.store import sessions
from discovery_dagster.store.decisions import audit, constraints, overrides, scenarios
from discovery_dagster.store.decisions.log import OvertakenError
from discovery_dagster.store.decisions.overrides import OverrideRequest
from discovery_dagster.store.decisions.scenarios import NoSuchScenarioError
from discovery_dagster.store.pooled import PooledDatabase

#: What the editor may write, by table.
WRITES = {
    "decision": {"INSERT"},
    "mapping_decision": {"INSERT"},
    "word_decision": {"INSERT"},
    "grain_decision": {"INSERT"},
    "format_decision": {"INSERT"},
    "identity_decision": {"INSERT"},
    "plan_constraint": {"INSERT"},
    "run_request": {"INSERT"},
    "stop_request": {"INSERT"},
    "upload": {"INSERT"},
}


@pytest.fixture(scope="module")
def server(database):
    """The database as the web server has it."""
    with_pool = PooledDatabase(database.url, size=2)
    yield with_pool
    with_pool.close()


@pytest.fixture
def session(database, objects, engagement):
    return sessions.register(database, objects, engagement, [])


@pytest.fixture
def other(database, objects, engagement):
    rival = EngagementKey("rival", engagement.engagement)
    return sessions.register(database, objects, rival, [])


def request(value: str, author: str = "Ann Li", reason: str = "she knows") -> OverrideRequest:
    return OverrideRequest("a1", "web-01", "type", value, reason, author, "page, token 1")


def test_the_editor_may_add_to_the_logs_of_decisions_and_to_nothing_else(database):
    with database.connect() as connection:
        rows = connection.execute(
            "select table_name, privilege_type from information_schema.role_table_grants"
            " where table_schema = 'discovery' and grantee = 'discovery_editor'"
        ).fetchall()
        columns = connection.execute(
            "select table_name, column_name from information_schema.role_column_grants"
            " where table_schema = 'discovery' and grantee = 'discovery_editor'"
            " and privilege_type = 'UPDATE'"
        ).fetchall()
    granted = {table: set[str]() for table in WRITES}
    for row in rows:
        if row["privilege_type"] != "SELECT":
            granted[row["table_name"]].add(row["privilege_type"])
    assert granted == WRITES
    assert {(row["table_name"], row["column_name"]) for row in columns} == {
        (table, column)
        for table in ("plan_constraint", "identity_decision")
        for column in ("removed_by", "removed_at", "removed_from")
    }


@pytest.mark.parametrize(
    "statement",
    [
        "delete from discovery.decision",
        "update discovery.decision set author = 'bob'",
        "update discovery.plan_constraint set author = 'bob'",
        "delete from discovery.plan_constraint",
        "insert into discovery.engagement (engagement, client) values ('x.y', 'x')",
        "update discovery.engagement set archived_at = now()",
        "select * from discovery.asset",
        "update discovery.asset set type = 'server'",
        "select * from discovery.access_token",
        "select * from discovery.login",
        "create table discovery.mine (a int)",
    ],
)
def test_whatever_else_it_tries_is_refused(server, session, statement):
    with (
        pytest.raises(psycopg.errors.InsufficientPrivilege),
        server.writer(session.engagement) as connection,
    ):
        connection.execute(statement)


def test_it_decides_nothing_in_another_engagement(server, session, other):
    for statement in (
        "insert into discovery.decision (engagement, decision, session, kind, subject, name, field,"
        " value, reason, author, origin) values (%s, 1, 's001', 'asset', 'a', 'a', 'type',"
        " 'server', 'r', 'ann', 'page')",
        "insert into discovery.plan_constraint (engagement, kind, subject, author)"
        " values (%s, 'freeze', '{a}', 'ann')",
        "insert into discovery.identity_decision (engagement, session, kind, identifiers, assets,"
        " reason, author) values (%s, 's001', 'join', '{a}', '{a}', 'r', 'ann')",
    ):
        with (
            pytest.raises(psycopg.errors.InsufficientPrivilege),
            server.writer(session.engagement) as connection,
        ):
            connection.execute(statement, [str(other.engagement)])


def test_what_it_decides_for_a_client_it_decides_in_its_own_engagement(server, session):
    sister = f"{session.engagement.client}.elsewhere"
    statement = (
        "insert into discovery.word_decision (client, engagement, field, word, key, author, origin)"
        " values (%s, %s, 'type', 'a', 'a', 'ann', 'page')"
    )
    client = session.engagement.client
    with server.writer(session.engagement) as connection:
        connection.execute(statement, [client, str(session.engagement)])
    for owner, engagement in ((client, sister), ("rival", "rival.exit")):
        with (
            pytest.raises(psycopg.errors.InsufficientPrivilege),
            server.writer(session.engagement) as connection,
        ):
            connection.execute(statement, [owner, engagement])


def test_a_server_decides_by_the_functions_of_the_command_line(server, session):
    added = overrides.decide(server, session, [request("database")])
    assert [each.value for each in added] == ["database"]
    assert overrides.in_force(server, session.engagement) == added


def test_people_may_come_back_to_what_they_said_before(server, session):
    for value in ("database", "server", "database"):
        assert overrides.decide(server, session, [request(value)])
    assert [each.value for each in overrides.in_force(server, session.engagement)] == ["database"]


def test_the_later_of_two_contradicting_answers_is_told(server, session):
    overrides.decide(server, session, [request("server")], seen=0)
    with pytest.raises(OvertakenError, match="Ann Li decided server"):
        overrides.decide(server, session, [request("database", "Bo Ek")], seen=0)
    overrides.decide(server, session, [request("server", "Bo Ek")], seen=0)
    overrides.decide(server, session, [request("database", "Bo Ek")], seen=2)


def limits(server, session):
    return [(each.kind, each.values) for each in constraints.current(server, session.engagement)]


def test_a_scenario_is_set_as_a_whole_in_the_place_of_what_is_in_force(server, session):
    engagement = session.engagement
    for values in (["a"], ["b"]):
        constraints.add(server, engagement, "freeze", values, None, "Ann Li", "page, token 1")
    constraints.add(server, engagement, "service", ["dns", "yes"], None, "Ann Li")
    scenarios.save(server, session, "Careful", constraints.current(server, engagement), None, "A")
    first = constraints.current(server, engagement)[0]
    constraints.remove(server, engagement, first.id, "Bo Ek")
    constraints.add(server, engagement, "freeze", ["c"], None, "Bo Ek")
    done = scenarios.apply(server, engagement, " careful", "Ann Li")
    assert limits(server, session) == [
        ("service", ("dns", "yes")), ("freeze", ("a",)), ("freeze", ("b",)),
    ]  # fmt: skip
    assert len(done.removed) == 2
    again = scenarios.apply(server, engagement, "Careful", "Ann Li")
    assert (again.added, again.removed) == ([], []), "what is in force already stays"
    scenarios.remove(server, engagement, "Careful", "Ann Li")
    with pytest.raises(NoSuchScenarioError):
        scenarios.apply(server, engagement, "Careful", "Ann Li")


def test_who_applies_a_scenario_after_somebody_changed_the_plan_is_told(server, session):
    engagement = session.engagement
    scenarios.save(server, session, "Fast", [], "quickly", "Ann Li")
    seen = constraints.mark(constraints.current(server, engagement))
    constraints.add(server, engagement, "freeze", ["a"], None, "Bo Ek")
    with pytest.raises(OvertakenError, match="Bo Ek changed the constraints"):
        scenarios.apply(server, engagement, "Fast", "Ann Li", seen=seen)
    assert limits(server, session) == [("freeze", ("a",))]


def test_who_sets_a_limit_after_somebody_set_another_about_the_same_is_told(server, session):
    engagement = session.engagement
    seen = constraints.mark(constraints.current(server, engagement))

    def set_by_bo(kind, *values):
        return constraints.add(server, engagement, kind, values, None, "Bo Ek", "page", seen)

    for kind, values in (("pin", ["a", "2"]), ("assets-per-wave", ["5"])):
        constraints.add(server, engagement, kind, values, None, "Ann Li", "page, token 1", seen)
    for contradicting in (("pin", "a", "3"), ("freeze", "b", "a"), ("assets-per-wave", "6")):
        with pytest.raises(OvertakenError, match=r"set by Ann Li.*after this was shown to you"):
            set_by_bo(*contradicting)
    set_by_bo("freeze", "b")
    set_by_bo("pin", "a", "2")


def test_who_saves_under_a_name_that_somebody_took_meanwhile_is_told(server, session):
    frozen = [Constraint(-1, "freeze", ("a",), None, "x", datetime.now(UTC))]
    scenarios.save(server, session, "Fast", frozen, None, "Ann Li", seen=0)
    with pytest.raises(OvertakenError, match="Ann Li decided"):
        scenarios.save(server, session, "fast", [], None, "Bo Ek", seen=0)


def test_what_was_decided_wherever_is_one_list(server, database, session, other):
    overrides.decide(server, session, [request("database")])
    overrides.decide(server, other, [request("server", "Eve")])
    one = constraints.add(
        server, session.engagement, "freeze", ["web-01"], "audit", "Ann Li", "page, token 1"
    )
    constraints.remove(database, session.engagement, one.id, "Bo Ek")
    entries = audit.everything(server, session.engagement)
    assert [(each.author, each.about, each.field, each.before, each.after) for each in entries] == [
        ("Bo Ek", "plan", "freeze", "web-01", None),
        ("Ann Li", "plan", "freeze", None, "web-01"),
        ("Ann Li", "web-01", "type", None, "database"),
    ]
    assert [each.origin for each in entries] == ["command line", "page, token 1", "page, token 1"]
    assert len(audit.everything(server, session.engagement, 1)) == 1
