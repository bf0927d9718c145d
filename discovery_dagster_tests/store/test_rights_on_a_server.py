"""A server on which Discovery has the rights that `docs/operations.md` asks for, and no others."""

import secrets
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from discovery_dagster.settings import Settings
from discovery_dagster.store import exports, schema
from discovery_dagster.store.database import DatabaseError, open_database
from discovery_dagster_tests.clusters import Cluster, cluster
from discovery_dagster_tests.folders import open_folder
from discovery_dagster_tests.installation import Installation

pytestmark = pytest.mark.long

TABLES = list(exports.LISTINGS)


@pytest.fixture(scope="module", params=[15, 16, 18], ids="Postgres {}".format)
def server(request: pytest.FixtureRequest) -> Iterator[Cluster]:
    """A server of each major version that is here."""
    with cluster(request.param) as opened:
        yield opened


@pytest.fixture(scope="module")
def first(server: Cluster) -> Iterator[Installation]:
    """A home on that server, with two clients' sessions."""
    with open_folder() as folder, Installation(folder / "home", server.prepared()) as home:
        for client in ("upland", "lowland"):
            write_servers(folder / f"{client}.csv", client)
            home.json(
                "import", folder / f"{client}.csv", "--client", client, "--engagement", "move"
            )
        home.engagement("move").import_files(folder / "upland.csv")
        yield home


@pytest.fixture(scope="module")
def second(server: Cluster, first: Installation) -> str:
    """Another database of the server, whose roles are there already; the URL of its login."""
    return server.prepared("second")


def write_servers(file: Path, name: str) -> None:
    rows = "\n".join(f"{name}-{n},Ubuntu 22.04,10.0.0.{n}" for n in range(1, 50))
    file.write_text(f"Hostname,OS,IP Address\n{rows}\n,,\n")


def test_the_login_has_no_right_over_the_server(first: Installation):
    with psycopg.connect(first.postgres_url) as connection:
        rights = connection.execute(
            "select rolsuper, rolcreaterole, rolcreatedb, rolbypassrls, rolreplication, rolinherit"
            " from pg_roles where rolname = current_user"
        ).fetchone()
        assert rights == (False,) * 6
        # Whoever forgets to take on a role sees nothing.
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("select * from discovery.asset")


def test_a_backup_has_every_row_and_fills_another_database_of_the_server(
    first: Installation, second: str, server: Cluster
):
    server.execute("create role discovery_api login")
    server.execute("grant select on public.runs to discovery_api", database="discovery")
    kept = first.home.parent / "kept.tar.gz"
    backup = first.run("backup", kept)
    assert backup.returncode == 0, backup.stderr
    with open_folder() as folder, Installation(folder / "home", second) as other:
        shutil.copy(first.home / "backup.key", other.home)
        restored = other.run("restore", kept)
        assert restored.returncode == 0, restored.stderr
        assert rows_by_table(server, "second") == rows_by_table(server, "discovery")
        assert other.tables("move", TABLES) == first.tables("move", TABLES)
        assert other.json("reconcile") == {"findings": []}
        assert other.engagement("move").run()["status"] == "done"
        write_servers(folder / "more.csv", "more")
        assert other.engagement("later").import_files(folder / "more.csv")["status"] == "done"


def rows_by_table(server: Cluster, database: str) -> dict[str, int]:
    """How many rows each table of the project and of Dagster has, as the superuser counts them."""
    with psycopg.connect(server.administrator(database)) as connection:
        tables = connection.execute(
            "select c.oid::regclass::text from pg_class c join pg_namespace n"
            " on n.oid = c.relnamespace where n.nspname in ('discovery', 'public')"
            " and c.relkind = 'r' and c.relname not like '%heartbeat%'"
        ).fetchall()
        counted = {}
        for (table,) in tables:
            (number,) = connection.execute(f"select count(*) from {table}").fetchone()
            counted[table] = number
    assert counted["discovery.asset"] > 0
    assert counted["runs"] > 0
    return counted


def test_every_table_with_policies_is_open_to_the_backup_alone(first: Installation):
    with psycopg.connect(first.postgres_url) as connection:
        closed = connection.execute(
            "select relname from pg_class where relnamespace = 'discovery'::regnamespace"
            " and relrowsecurity and not exists (select from pg_policy where polrelid ="
            " pg_class.oid and polname = 'backup' and polcmd = 'r')"
        ).fetchall()
        assert closed == []
        connection.execute("set role discovery_backup")
        clients = connection.execute("select distinct client from discovery.engagement").fetchall()
        assert sorted(clients) == [("acme",), ("lowland",), ("upland",)]
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("delete from discovery.engagement")


def test_one_database_of_the_server_does_not_let_the_login_of_another_in(
    first: Installation, second: str
):
    beside = psycopg.conninfo.make_conninfo(second, dbname="discovery")
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(beside)


def test_a_login_that_lacks_a_role_is_told_who_can_give_it(server: Cluster, tmp_path: Path):
    secret = secrets.token_urlsafe(16)
    server.execute(f"create role poor login password '{secret}'", "create database bare owner poor")
    settings = Settings(home=tmp_path, postgres_url=server.url("poor", secret, "bare"))
    with (
        pytest.raises(DatabaseError, match=r"(?s)^[^\n]*database administrator[^\n]*$"),
        open_database(settings),
    ):
        pass


def test_a_login_that_may_make_roles_makes_them_and_takes_them_on():
    secret = secrets.token_urlsafe(16)
    with cluster() as fresh:
        fresh.execute(
            f"create role maker login createrole password '{secret}'",
            "create database discovery owner maker",
        )
        url = fresh.url("maker", secret)
        schema.migrate(url)
        with psycopg.connect(url) as connection:
            for role in schema.ROLES:
                connection.execute(f"set role {role}")


def test_databases_that_make_the_same_roles_at_once_both_have_them(
    make_database_url, monkeypatch: pytest.MonkeyPatch
):
    urls = [make_database_url() for _ in range(4)]
    tag = secrets.token_hex(4)
    roles = tuple(f"race_{tag}_{number}" for number in range(20))
    monkeypatch.setattr(schema, "ROLES", roles)
    start = threading.Barrier(len(urls))
    errors: list[Exception] = []

    def make(url: str) -> None:
        try:
            with psycopg.connect(url, autocommit=True) as connection:
                start.wait()
                schema.make_roles(connection)
        except psycopg.Error as error:
            errors.append(error)

    threads = [threading.Thread(target=make, args=[url]) for url in urls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with psycopg.connect(urls[0]) as connection:
        (number,) = connection.execute(
            "select count(*) from pg_roles where rolname = any(%s)", [list(roles)]
        ).fetchone()
        for role in roles:
            connection.execute(f"drop role if exists {role}")
    assert errors == []
    assert number == len(roles)
