"""Nothing crosses an engagement, also when the predicate in a query is wrong or missing."""

import psycopg
import pytest

from discovery_dagster.domain.keys import EngagementKey
from discovery_dagster.store import sessions
from discovery_dagster.store.decisions import (
    mappings,
)

#: What is learned for a client, in all its engagements, and is therefore led by the client.
OF_A_CLIENT = {"format_decision", "grain_decision", "mapping_decision", "word_decision"}

#: What is asked for before anybody knows whose data is meant: hashes of tokens, the logins by them
#: and the forms that these have sent, for one role only; and hashes of the names of engagements
#: that are gone.
OF_NOBODY = {"access_token", "login", "sent_form", "request_count", "tombstone"}


@pytest.fixture
def other(engagement):
    return EngagementKey("rival", engagement.engagement)


@pytest.fixture
def both(database, objects, engagement, other):
    return [sessions.register(database, objects, key, []) for key in (engagement, other)]


def test_without_a_context_nobody_sees_anything(database, both):
    with database.reader([]) as connection:
        assert connection.execute("select * from discovery.session").fetchall() == []


def test_a_reader_sees_its_engagements_also_without_a_predicate(database, both, engagement):
    with database.reader([engagement]) as connection:
        rows = connection.execute("select distinct engagement from discovery.session").fetchall()
    assert rows == [{"engagement": str(engagement)}]


def test_a_writer_cannot_write_into_another_engagement(database, both, engagement, other):
    with (
        pytest.raises(psycopg.errors.InsufficientPrivilege),
        database.writer(engagement) as connection,
    ):
        connection.execute(
            "insert into discovery.session (engagement, session) values (%s, 's009')", [str(other)]
        )


def test_a_writer_that_forgets_its_predicate_deletes_only_its_own(
    database, both, engagement, other
):
    with database.writer(engagement) as connection:
        connection.execute("delete from discovery.session")
    assert sessions.sessions(database, engagement) == []
    assert len(sessions.sessions(database, other)) == 1


def test_a_reader_cannot_write(database, both, engagement):
    with pytest.raises(psycopg.errors.Error), database.reader([engagement]) as connection:
        connection.execute("delete from discovery.session")


def test_the_operator_lists_engagements_and_sees_nothing_in_them(database, both, engagement):
    assert engagement in sessions.engagements(database)
    with (
        pytest.raises(psycopg.errors.InsufficientPrivilege),
        database.operator() as connection,
    ):
        connection.execute("select * from discovery.session")


@pytest.fixture
def decided(database, both, engagement, other):
    """A decision of each of two clients; the second engagement of the first has none itself."""
    for session in both:
        column = [{"format": "generic.assets", "column": "Box"}]
        mappings.decide(database, session, column, "name", "ann", accepted=True)
    return EngagementKey(engagement.client, f"{engagement.engagement}x")


def test_what_a_client_decided_holds_in_its_other_engagements_and_nowhere_else(
    database, decided, other
):
    mine = "select distinct client from discovery.mapping_decision"
    for key in (decided, other):
        with database.reader([key]) as connection:
            assert connection.execute(mine).fetchall() == [{"client": key.client}]
    with database.reader([]) as connection:
        assert connection.execute(mine).fetchall() == []


def test_a_writer_cannot_decide_for_another_client(database, both, engagement, other):
    with (
        pytest.raises(psycopg.errors.InsufficientPrivilege),
        database.writer(engagement) as connection,
    ):
        connection.execute(
            "insert into discovery.mapping_decision (client, engagement, session, format, header,"
            ' "column", field, accepted, author)'
            " values (%s, %s, 's001', 'f', 'h', 'H', 'name', true, 'ann')",
            [other.client, str(other)],
        )


def test_a_decision_is_never_changed_afterwards(database, decided, engagement):
    with (
        pytest.raises(psycopg.errors.InsufficientPrivilege),
        database.writer(engagement) as connection,
    ):
        connection.execute("update discovery.mapping_decision set author = 'bob'")


def test_every_tenant_table_forces_its_policy_and_leads_its_keys_with_the_engagement(database):
    with database.connect() as connection:
        tables = connection.execute(
            "select c.oid, c.relname, c.relrowsecurity and c.relforcerowsecurity as forced,"
            " pg_get_userbyid(c.relowner) as owner from pg_class c"
            " where c.relnamespace = 'discovery'::regnamespace and c.relkind in ('r', 'p')"
            " and c.relname <> 'alembic_version' and c.relname <> all (%s)",
            [list(OF_NOBODY)],
        ).fetchall()
        keys = connection.execute(
            "select i.indrelid, i.indexrelid::regclass::text as name, a.attname as first"
            " from pg_index i join pg_attribute a"
            " on a.attrelid = i.indrelid and a.attnum = i.indkey[0]"
            " where i.indrelid = any (%s)",
            [[table["oid"] for table in tables]],
        ).fetchall()
        views = connection.execute(
            "select relname from pg_class where relnamespace = 'discovery'::regnamespace"
            " and relkind in ('v', 'm')"
        ).fetchall()
        definers = connection.execute(
            "select proname from pg_proc where pronamespace = 'discovery'::regnamespace"
            " and prosecdef"
        ).fetchall()
    led_by = {table["oid"]: "engagement" for table in tables}
    led_by |= {table["oid"]: "client" for table in tables if table["relname"] in OF_A_CLIENT}
    assert len(tables) > 15
    assert [table["relname"] for table in tables if not table["forced"]] == []
    assert {table["owner"] for table in tables} == {"discovery_owner"}
    assert [key["name"] for key in keys if key["first"] != led_by[key["indrelid"]]] == []
    assert views == []
    assert definers == []


def test_no_foreign_key_and_no_grant_leads_across_engagements(database):
    """A foreign key without the engagement would tell what exists in another one."""
    with database.connect() as connection:
        foreign = connection.execute(
            "select c.conname from pg_constraint c join pg_attribute a"
            " on a.attrelid = c.conrelid and a.attnum = c.conkey[1]"
            " where c.connamespace = 'discovery'::regnamespace and c.contype = 'f'"
            " and a.attname <> 'engagement'"
        ).fetchall()
        public = connection.execute(
            "select table_name from information_schema.role_table_grants"
            " where table_schema = 'discovery' and grantee = 'PUBLIC'"
        ).fetchall()
        writing = connection.execute(
            "select table_name, grantee from information_schema.role_table_grants"
            " where table_schema = 'discovery' and privilege_type <> 'SELECT'"
            " and grantee in ('discovery_reader', 'discovery_operator', 'discovery_backup')"
        ).fetchall()
        open_policies = connection.execute(
            "select tablename, policyname from pg_policies where schemaname = 'discovery'"
            " and qual not like '%%discovery.context()%%' and tablename <> all (%s)"
            " and (roles, cmd) <> ('{discovery_backup}', 'SELECT')",
            [list(OF_NOBODY)],
        ).fetchall()
        functions = connection.execute(
            "select proname from pg_proc where pronamespace = 'discovery'::regnamespace"
            " and not exists (select from unnest(proconfig) as set where set like 'search_path=%')"
        ).fetchall()
    # A form belongs to a login, a login to a token, and all are seen by the gatekeeper alone.
    assert {row["conname"] for row in foreign} == {"login_token_fkey", "sent_form_login_fkey"}
    assert public == [{"table_name": "alembic_version"}]
    assert writing == []
    assert [policy["policyname"] for policy in open_policies] == ["operator"]
    assert functions == []


def test_tokens_are_known_to_the_gatekeeper_alone(database, engagement):
    for transaction in (database.writer(engagement), database.reader([engagement])):
        with (
            pytest.raises(psycopg.errors.InsufficientPrivilege),
            transaction as connection,
        ):
            connection.execute("select * from discovery.access_token")
    with pytest.raises(psycopg.errors.InsufficientPrivilege), database.gatekeeper() as connection:
        connection.execute("select * from discovery.asset")
