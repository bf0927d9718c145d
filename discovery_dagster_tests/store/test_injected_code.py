"""Wrong code injected into pipeline and API, which log in with passwords as accounts of their own.

The embedded binaries stand in for a server that asks for scram; what its API's login may do over
HTTP is in `api/test_roles_on_a_server.py`.
"""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from discovery_dagster.domain.keys import EngagementKey
from discovery_dagster.store import schema, sessions, tokens
from discovery_dagster.store.database import Database, DatabaseError
from discovery_dagster.store.embedded_postgres import EmbeddedPostgres
from discovery_dagster.store.objects import ObjectStore
from discovery_dagster.store.pooled import PooledDatabase
from discovery_dagster_tests.folders import open_folder

MINE, THEIRS = EngagementKey("mine", "exit"), EngagementKey("theirs", "exit")

#: Accounts and what they may become.
ACCOUNTS = {
    "app_pipeline": ("discovery_writer", "discovery_reader", "discovery_operator"),
    "app_api": (
        "discovery_editor",
        "discovery_reader",
        "discovery_operator",
        "discovery_gatekeeper",
    ),
}


@dataclass(frozen=True)
class Accounts:
    """The database as the superuser, the pipeline and the API log in."""

    superuser: Database
    pipeline: Database
    api: Database


@pytest.fixture(scope="module")
def accounts() -> Iterator[Accounts]:
    with open_folder() as folder, EmbeddedPostgres(folder / "home") as server:
        url = server.url()
        schema.migrate(url)
        superuser = Database(url)
        objects = ObjectStore(folder / "objects")
        for key in (MINE, THEIRS):
            sessions.register(superuser, objects, key, [], title=f"secret of {key.client}")
        passwords = {name: secrets.token_hex() for name in ACCOUNTS}
        with superuser.connect(autocommit=True) as connection:
            connection.execute("set password_encryption = 'scram-sha-256'")
            for name, roles in ACCOUNTS.items():
                account = sql.Identifier(name)
                connection.execute(
                    sql.SQL("create role {} login noinherit password {}").format(
                        account, sql.Literal(passwords[name])
                    )
                )
                for role in roles:
                    connection.execute(
                        sql.SQL("grant {} to {}").format(sql.Identifier(role), account)
                    )
                connection.execute(sql.SQL("grant usage on schema discovery to {}").format(account))
            rules = connection.execute("show hba_file").fetchone()["hba_file"]
            with open(rules, "w") as file:  # noqa: PTH123 - kept by the server's account
                file.write("local all postgres trust\nlocal all all scram-sha-256\n")
            connection.execute("select pg_reload_conf()")

        def logged_in(name: str) -> Database:
            return Database(make_conninfo(url, user=name, password=passwords[name]))

        yield Accounts(
            superuser,
            logged_in("app_pipeline"),
            logged_in("app_api"),
        )


@pytest.mark.parametrize(
    "statement",
    [
        "insert into discovery.engagement (engagement, client) values ('mine.new', 'mine')",
        "update discovery.session set title = 'x'",
        "delete from discovery.session",
        "truncate discovery.session",
        "create table discovery.mine (a int)",
        "alter table discovery.session disable row level security",
        "set row_security = off; select * from discovery.session",
    ],
)
def test_the_api_writes_nothing_even_where_it_could_begin_a_transaction_that_may(
    accounts: Accounts, statement: str
) -> None:
    with accounts.api.reader([MINE]) as connection:
        connection.execute("commit")
        connection.execute("select set_config('discovery.engagements', 'mine.exit', false)")
        connection.execute("set role discovery_reader")
        connection.execute("set transaction_read_only = off")
        with pytest.raises(psycopg.Error):
            connection.execute(statement)
        connection.rollback()


def test_the_pipeline_knows_no_tokens(accounts: Accounts) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        tokens.listed(accounts.pipeline)


@pytest.mark.parametrize(
    "injected",
    [
        "update discovery.session set title = 'overwritten'",
        "update discovery.session set title = 'overwritten' where engagement = 'theirs.exit'",
        "update discovery.session set title = 'overwritten' where engagement <> '' or true",
        "delete from discovery.session where engagement = 'theirs.exit'",
        "delete from discovery.publication",
    ],
)
def test_pipeline_code_with_a_wrong_predicate_changes_nothing_of_others(
    accounts: Accounts, injected: str
) -> None:
    with accounts.pipeline.writer(MINE) as connection:
        connection.execute(injected)
    assert titles(accounts.superuser, THEIRS) == ["secret of theirs"]


@pytest.mark.parametrize(
    "injected",
    [
        "update discovery.session set engagement = 'theirs.exit', session = 's009'",
        "insert into discovery.session (engagement, session) values ('theirs.exit', 's009')",
        "insert into discovery.session (engagement, session) values ('theirs.exit', 's001')"
        " on conflict (engagement, session) do update set title = 'overwritten'",
        "truncate discovery.session cascade",
        "copy discovery.session (engagement, session) from program 'echo theirs.exit'",
    ],
)
def test_pipeline_code_that_names_another_engagement_is_refused(
    accounts: Accounts, injected: str
) -> None:
    with pytest.raises(psycopg.Error), accounts.pipeline.writer(MINE) as connection:
        connection.execute(injected)
    assert titles(accounts.superuser, THEIRS) == ["secret of theirs"]


@pytest.mark.parametrize(
    "injected",
    [
        "select * from discovery.session",
        "select * from discovery.session where engagement = 'theirs.exit'",
        "select * from discovery.session where engagement = 'mine.exit' or true",
        "select s.* from discovery.engagement e cross join discovery.session s",
        "select most_common_vals::text from pg_stats where schemaname = 'discovery'",
    ],
)
def test_pipeline_code_with_a_wrong_predicate_reads_nothing_of_others(
    accounts: Accounts, injected: str
) -> None:
    with accounts.pipeline.writer(MINE) as connection:
        rows = connection.execute(injected).fetchall()
    assert "theirs" not in str(rows)


def test_a_connection_keeps_nothing_of_who_borrowed_it_before(accounts: Accounts) -> None:
    pool = PooledDatabase(accounts.api.url, 1)
    try:
        for mine, broken in (
            (MINE, "select 1/0"),
            (THEIRS, "nonsense"),
            (MINE, "select pg_sleep(9)"),  # cancelled after 50 ms
        ):
            with (
                pytest.raises((psycopg.Error, DatabaseError)),
                pool.reader([mine]) as connection,
            ):
                connection.execute(
                    "select set_config('discovery.engagements', 'theirs.exit', false)"
                )
                connection.execute("set local statement_timeout = 50")
                connection.execute(broken)
            with pool.reader([]) as connection:
                assert connection.execute("select * from discovery.session").fetchall() == []
            with pool.reader([MINE]) as connection:
                rows = connection.execute("select engagement from discovery.session").fetchall()
            assert {row["engagement"] for row in rows} == {"mine.exit"}
    finally:
        pool.close()


def titles(database: Database, engagement: EngagementKey) -> list[str | None]:
    return [row.title for row in sessions.sessions(database, engagement)]
