"""PgBouncer before a Postgres: in transaction mode it is refused, in session mode it works."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from discovery_dagster.settings import Settings
from discovery_dagster.store import poolers
from discovery_dagster.store.database import DatabaseError, open_database
from discovery_dagster_tests.folders import open_folder

PGBOUNCER = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
pytestmark = pytest.mark.skipif(PGBOUNCER is None, reason="PgBouncer is not installed")


@contextmanager
def pooler(database_url: str, mode: str) -> Iterator[str]:
    """A PgBouncer before the database; the URL of what it offers."""
    where = conninfo_to_dict(database_url)
    with open_folder("pgbouncer-") as folder, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        folder.chmod(0o777)  # it gives root's rights up
        configuration = folder / "pgbouncer.ini"
        configuration.write_text(
            f"[databases]\nestate = host={where['host']} port={where.get('port', 5432)}"
            f" dbname={where['dbname']} user={where['user']}\n"
            f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nauth_type = any\n"
            f"unix_socket_dir =\npool_mode = {mode}\nmin_pool_size = 3\n"
        )
        command = [PGBOUNCER, "--quiet", configuration]
        if os.geteuid() == 0:
            # The socket of an embedded Postgres lets only its own account in.
            account = Path(str(where["host"])).owner()
            command[1:1] = [f"--user={account}"]
        process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        url = f"postgresql://anybody@127.0.0.1:{port}/estate"
        try:
            deadline = time.monotonic() + 20
            while True:
                try:
                    psycopg.connect(url).close()
                    break
                except psycopg.OperationalError:
                    assert process.poll() is None, process.communicate()[1]
                    assert time.monotonic() < deadline
                    time.sleep(0.05)
            yield url
        finally:
            process.terminate()
            process.communicate(timeout=20)


@pytest.mark.parametrize("mode", ["transaction", "statement"])
def test_a_pooler_that_keeps_no_session_is_refused_in_one_sentence(
    mode: str, make_database_url, tmp_path: Path
):
    with pooler(make_database_url(), mode) as url:
        settings = Settings(home=tmp_path, postgres_url=url)
        with pytest.raises(DatabaseError) as refusal, open_database(settings):
            pass
    assert "connection pooler in transaction mode" in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_a_pooler_in_transaction_mode_is_refused_while_others_use_it(make_database_url):
    with pooler(make_database_url(), "transaction") as url:
        others = [psycopg.connect(url) for _ in range(3)]
        for number, other in enumerate(others):
            other.execute("select %s::int", [number])  # each keeps a session until it commits
        with pytest.raises(poolers.PoolerError):
            poolers.refuse(url)
        for other in others:
            other.close()


def test_a_pooler_in_session_mode_is_let_pass(make_database_url, tmp_path: Path):
    with pooler(make_database_url(), "session") as url:
        poolers.refuse(url)
        with open_database(Settings(home=tmp_path, postgres_url=url)) as database:
            assert database.server_version


def test_a_server_itself_is_let_pass(make_database_url):
    poolers.refuse(make_database_url())
