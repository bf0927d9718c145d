"""A Postgres server that takes no connection without TLS, and whose certificate is verified."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from discovery_dagster.store.database import Database, DatabaseAwayError
from discovery_dagster_tests.clusters import Cluster, cluster
from discovery_dagster_tests.folders import open_folder
from discovery_dagster_tests.installation import Installation
from discovery_dagster_tests.serving import serving

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def server() -> Iterator[Cluster]:
    with cluster(tls=True) as opened:
        yield opened


@pytest.fixture(scope="module")
def url(server: Cluster) -> str:
    return server.prepared()


@pytest.fixture(scope="module")
def verified(server: Cluster, url: str) -> str:
    """The login's URL as a careful administrator writes it."""
    return f"{url}?sslmode=verify-full&sslrootcert={server.folder / 'ca.crt'}"


@pytest.fixture(scope="module")
def home(verified: str) -> Iterator[Installation]:
    with open_folder() as folder, Installation(folder / "home", verified) as opened:
        file = folder / "servers.csv"
        file.write_text("Hostname,IP Address\nweb-01,10.0.0.1\n")
        opened.json("import", file, "--client", "acme", "--engagement", "exit")
        yield opened


@pytest.fixture(scope="module")
def stranger() -> Iterator[Path]:
    """The certificate of an authority that has signed nothing here."""
    with open_folder() as folder:
        subprocess.run(
            [
                *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
                *("-keyout", folder / "key", "-out", folder / "stranger.crt", "-subj", "/CN=Other"),
            ],
            check=True,
            capture_output=True,
        )
        yield folder / "stranger.crt"


def test_a_session_is_imported_and_run_by_dagster_over_tls(home: Installation) -> None:
    session = home.json("status", "--client", "acme", "--engagement", "exit")
    assert session["sessions"][0]["status"] == "done"


def test_the_pages_and_what_they_listen_on_are_encrypted(
    server: Cluster, home: Installation
) -> None:
    with serving(home) as served, served.asking(served.token("acme")) as client:
        assert client.get("/engagements/acme.exit/sessions/s001").json()["status"] == "done"
        with psycopg.connect(f"{server.administrator()}?sslmode=require") as connection:
            rows = connection.execute(
                "select ssl, query from pg_stat_ssl join pg_stat_activity using (pid)"
                " where usename = 'discovery_pipeline'"
            ).fetchall()
    assert {encrypted for encrypted, _ in rows} == {True}
    assert "listen discovery" in {query for _, query in rows}


def test_who_asks_for_no_tls_is_not_let_in(url: str) -> None:
    with pytest.raises(DatabaseAwayError, match="no encryption"):
        Database(f"{url}?sslmode=disable").connect()


@pytest.mark.parametrize(
    ("authority", "host", "sentence"),
    [
        ("stranger", "127.0.0.1", "No authority that `sslrootcert` of DISCOVERY_POSTGRES_URL"),
        ("missing", "127.0.0.1", "The file of authorities that `sslrootcert`"),
        ("right", "localhost", "for another name than the one in DISCOVERY_POSTGRES_URL"),
    ],
)
def test_a_certificate_that_is_not_to_be_trusted_is_refused_in_one_sentence(
    server: Cluster,
    url: str,
    stranger: Path,
    tmp_path: Path,
    authority: str,
    host: str,
    sentence: str,
) -> None:
    files = {
        "stranger": stranger,
        "missing": tmp_path / "none.crt",
        "right": server.folder / "ca.crt",
    }
    careful = f"{url}?sslmode=verify-full&sslrootcert={files[authority]}"
    refused = Installation(tmp_path / "home", careful.replace("@127.0.0.1", f"@{host}"))
    done = refused.run("status")
    assert done.returncode == 1
    assert sentence in done.stderr
    assert done.stderr.count("\n") == 1
    assert "sslmode to disable" not in done.stderr


def test_a_server_without_tls_is_refused_to_whoever_asks_for_it(tmp_path: Path) -> None:
    with cluster() as plain:
        plain.execute("create database discovery")
        address = f"{plain.administrator()}?sslmode=require"
        done = Installation(tmp_path / "home", address).run("status")
    assert done.returncode == 1
    assert "asks for TLS, and the Postgres server has none" in done.stderr
