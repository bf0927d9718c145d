"""Postgres servers that let nobody in without a password, of each major version that is here."""

import re
import secrets
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import psycopg
import pytest

from discovery_dagster.store.postgres_account import PostgresAccount
from discovery_dagster.store.postgres_files import MAJOR_VERSION, binaries
from discovery_dagster_tests.folders import open_folder
from discovery_dagster_tests.installation import PROJECT


@dataclass(frozen=True)
class Cluster:
    """A running server on a port of this machine; `password` is the administrator's.

    `control` is `pg_ctl` of this server, and returns its exit code.
    """

    port: int
    password: str
    host: str
    folder: Path
    control: Callable[..., int] = field(repr=False)

    def url(self, user: str, password: str, database: str = "discovery") -> str:
        """The URL of a database for a login."""
        return f"postgresql://{user}:{password}@{self.host}:{self.port}/{database}"

    def administrator(self, database: str = "discovery") -> str:
        """The URL of a database for the superuser."""
        return self.url("postgres", self.password, database)

    def execute(self, *statements: str, database: str = "postgres") -> None:
        """Run statements as the superuser, each in a transaction of its own."""
        with psycopg.connect(self.administrator(database), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)

    def start(self) -> None:
        """Start the server, and wait until it lets people in."""
        options = f"-p {self.port} -h {self.host} -k {self.folder}"
        assert self.control("-l", self.folder / "log", "-o", options, "start") == 0

    def stop(self) -> None:
        """Stop the server as a crash does: what is under way is lost, what is committed stays."""
        self.control("-m", "immediate", "stop")

    def prepared(self, database: str = "discovery") -> str:
        """Have the administrator run the documented statements; return the URL of the login."""
        page = (PROJECT / "docs" / "operations.md").read_text("utf-8")
        statements = re.search(r"```sql\n(.*?)```", page, re.DOTALL)
        assert statements is not None
        login, secret = f"{database}_pipeline", secrets.token_urlsafe(16)
        text = statements[1].replace("'…'", f"'{secret}'").replace("discovery_pipeline", login)
        text = text.replace("database discovery", f"database {database}")
        of_the_server, of_the_database = text.split("\\connect discovery\n")
        self.execute(*of_the_server.strip().split(";\n\n"))
        self.execute(of_the_database, database=database)
        return self.url(login, secret, database)


@contextmanager
def cluster(
    major: int = MAJOR_VERSION, host: str = "127.0.0.1", *, tls: bool = False
) -> Iterator[Cluster]:
    """A new server of a major version, which is stopped at the end; the test is skipped without.

    With `tls` it is Debian's newest, since the wheel's has no TLS, and takes no other connections.
    """
    with open_folder() as folder, socket.socket() as probe:
        probe.bind((host, 0))
        port = probe.getsockname()[1]
        probe.close()
        account = PostgresAccount.choose(folder / "data", None)
        programs = _with_tls() if tls else _programs(account, major)
        place = account.own(folder / "pg")
        password = secrets.token_urlsafe(16)
        secret = folder / "password"
        secret.write_text(password)
        secret.chmod(0o644)  # whatever mask a command in this process has set: the account reads it
        with (folder / "initdb.log").open("w+b") as log:
            completed = account.run(
                *(programs / "initdb", "-D", place / "data", "-U", "postgres", "-E", "UTF8"),
                *("--auth=scram-sha-256", f"--pwfile={secret}"),
                output=log,
            )
            assert completed == 0, (log.seek(0), log.read())
        kind = "hostssl" if tls else "host"
        with (place / "data" / "pg_hba.conf").open("w" if tls else "a") as access:
            access.write(f"{kind} all all {host}/24 scram-sha-256\n")
        if tls:
            _certify(place, host, account)
        control = (programs / "pg_ctl", "-D", place / "data", "-w")
        opened = Cluster(port, password, host, place, partial(account.run, *control))
        opened.start()
        try:
            yield opened
        finally:
            opened.stop()


def _certify(place: Path, host: str, account: PostgresAccount) -> None:
    """Give the server a certificate for its address, of the authority in `ca.crt`."""
    authority, server = place / "ca", place / "data" / "server"
    new = ("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2")
    signed_by = ("-CA", f"{authority}.crt", "-CAkey", f"{authority}.key")
    names = ("-addext", f"subjectAltName=IP:{host}", "-addext", "basicConstraints=CA:FALSE")
    for file, subject, more in ((authority, "Authority", ()), (server, host, (*signed_by, *names))):
        files = ("-keyout", f"{file}.key", "-out", f"{file}.crt")
        command = (*new, *files, "-subj", f"/CN={subject}", *more)
        subprocess.run(command, check=True, capture_output=True)
    if account.dropped:
        for file in (f"{server}.key", f"{server}.crt"):
            shutil.chown(file, account.uid, account.gid)
    with (place / "data" / "postgresql.conf").open("a") as configuration:
        configuration.write("ssl = on\n")


def _with_tls() -> Path:
    """The programs of Debian's newest version."""
    folders = Path("/usr/lib/postgresql").glob("*/bin/postgres")
    versions = {int(path.parents[1].name): path.parent for path in folders}
    if not versions:
        pytest.skip("no Postgres with TLS is installed")
    return versions[max(versions)]


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
