"""A server with passwords and a login of its own for the API, as `docs/security.md` sets it up."""

import re
import secrets
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from discovery_dagster_tests.clusters import Cluster, cluster
from discovery_dagster_tests.conftest import PROJECT
from discovery_dagster_tests.installation import Installation
from discovery_dagster_tests.serving import serving

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def server() -> Iterator[Cluster]:
    """A server with a database for Discovery."""
    with cluster() as opened:
        opened.execute("create database discovery")
        yield opened


@pytest.fixture(scope="module")
def pipeline(server: Cluster, tmp_path_factory) -> Installation:
    """The pipeline's side, with a session of each of two clients."""
    folder: Path = tmp_path_factory.mktemp("roles")
    (folder / "home").mkdir()
    installed = Installation(folder / "home", server.administrator())
    for client in ("upland", "lowland"):
        file = folder / f"{client}.csv"
        file.write_text(f"Hostname,IP Address\n{client}-01,10.0.0.1\n")
        installed.json("import", file, "--client", client, "--engagement", "exit")
    return installed


@pytest.fixture(scope="module")
def login(server: Cluster, pipeline: Installation) -> str:
    """The API's login, made by the statements that the documentation gives."""
    page = (PROJECT / "docs" / "security.md").read_text("utf-8")
    statements = re.search(r"```sql\n(.*?)```", page, re.DOTALL)
    assert statements is not None
    secret = secrets.token_urlsafe(16)
    server.execute(statements[1].replace("'…'", f"'{secret}'"), database="discovery")
    return server.url("discovery_api", secret)


def test_the_api_answers_with_its_own_login(pipeline: Installation, login: str) -> None:
    token = pipeline.json("token", "create", "--client", "upland")["token"]
    with (
        serving(Installation(pipeline.home, login)) as served,
        served.asking(token) as client,
    ):
        base = "/engagements/upland.exit/sessions/s001"
        for path in (base, f"{base}/assets", f"{base}/materializations", f"{base}/assets.csv"):
            assert client.get(path).status_code == 200, path
        assert client.get(base).json()["status"] == "done"
        assert client.get("/engagements/lowland.exit/sessions/s001/assets").status_code == 404


@pytest.mark.parametrize(
    "statement",
    [
        "set role discovery_writer",
        "set role discovery_owner",
        "set role postgres",
        "select * from discovery.asset",
        "insert into discovery.engagement (engagement, client) values ('x.y', 'x')",
        "delete from public.runs",
        "create table discovery.mine (a int)",
        "set role discovery_reader; delete from discovery.asset",
        "set role discovery_reader; select * from discovery.access_token",
        "set role discovery_gatekeeper; select * from discovery.asset",
        "set role discovery_editor; select * from discovery.asset",
        "set role discovery_editor; delete from discovery.decision",
    ],
)
def test_that_login_can_do_nothing_else(login: str, statement: str) -> None:
    with psycopg.connect(login) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(statement)


def test_nothing_set_means_nothing_seen(login: str) -> None:
    with psycopg.connect(login) as connection:
        connection.execute("set role discovery_reader")
        assert connection.execute("select * from discovery.asset").fetchall() == []
        connection.execute("select set_config('discovery.engagements', 'upland.exit', true)")
        seen = connection.execute("select distinct engagement from discovery.asset").fetchall()
    assert seen == [("upland.exit",)]


def test_nobody_enters_without_a_password(server: Cluster) -> None:
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(server.url("postgres", "guess"))
