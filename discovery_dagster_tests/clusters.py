"""Postgres servers that let nobody in without a password, of each major version that is here."""

import secrets
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from discovery_dagster.store.postgres_account import PostgresAccount
from discovery_dagster.store.postgres_files import MAJOR_VERSION, binaries
from discovery_dagster_tests.folders import open_folder


@dataclass(frozen=True)
class Cluster:
    """A running server on a port of this machine; `password` is the administrator's."""

    port: int
    password: str

    def url(self, user: str, password: str, database: str = "discovery") -> str:
        """The URL of a database for a login."""
        return f"postgresql://{user}:{password}@127.0.0.1:{self.port}/{database}"

    def administrator(self, database: str = "discovery") -> str:
        """The URL of a database for the superuser."""
        return self.url("postgres", self.password, database)

    def execute(self, *statements: str, database: str = "postgres") -> None:
        """Run statements as the superuser, each in a transaction of its own."""
        with psycopg.connect(self.administrator(database), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)


@contextmanager
def cluster(major: int = MAJOR_VERSION) -> Iterator[Cluster]:
    """A new server of a major version, which is stopped at the end; the test is skipped without."""
    with open_folder() as folder, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        account = PostgresAccount.choose(folder / "data", None)
        programs, place = _programs(account, major), account.own(folder / "pg")
        opened = Cluster(port, secrets.token_urlsafe(16))
        secret = folder / "password"
        secret.write_text(opened.password)
        secret.chmod(0o644)  # whatever mask a command in this process has set: the account reads it
        with (folder / "initdb.log").open("w+b") as log:
            completed = account.run(
                *(programs / "initdb", "-D", place / "data", "-U", "postgres", "-E", "UTF8"),
                *("--auth=scram-sha-256", f"--pwfile={secret}"),
                output=log,
            )
            assert completed == 0, (log.seek(0), log.read())
        options = f"-p {port} -h 127.0.0.1 -k {place}"
        control = (programs / "pg_ctl", "-D", place / "data", "-w", "-l", place / "log")
        assert account.run(*control, "-o", options, "start") == 0
        try:
            yield opened
        finally:
            account.run(*control, "-m", "immediate", "stop")


def _programs(account: PostgresAccount, major: int) -> Path:
    """The programs of a version: of the wheel, which brings two, or of Debian."""
    of_the_wheel = binaries(account).parents[1].glob("pginstall*/bin")
    for folder in (*of_the_wheel, Path(f"/usr/lib/postgresql/{major}/bin")):
        if not (folder / "postgres").exists():
            continue
        version = subprocess.run(
            [folder / "postgres", "--version"], capture_output=True, text=True, check=True
        ).stdout
        if version.split()[2].partition(".")[0] == str(major):
            return folder
    pytest.skip(f"Postgres {major} is not installed")
