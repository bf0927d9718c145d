"""The life of the embedded Postgres with real servers: shared, killed, started at once."""

import os
import resource
import signal
import stat
import subprocess
from pathlib import Path

import psycopg
import pytest

from discovery_dagster.store.embedded_postgres import EmbeddedPostgres, EmbeddedPostgresError
from discovery_dagster_tests.store.servers import User, postmaster, query, wait_for

pytestmark = pytest.mark.long


def test_a_server_runs_from_start_to_close_and_keeps_what_was_written(home: Path) -> None:
    with EmbeddedPostgres(home) as server:
        assert server.running
        query(server.url(), "create table kept as select 42 as answer")
    assert not server.running
    with EmbeddedPostgres(home) as server:
        assert query(server.url(), "select answer from kept") == [(42,)]


def test_the_server_is_private_durable_and_has_no_network(home: Path) -> None:
    with EmbeddedPostgres(home) as server:
        names = ("listen_addresses", "fsync", "timezone", "max_connections")
        shown = {name: query(server.url(), f"show {name}") for name in names}
        assert shown == {
            "listen_addresses": [("",)],
            "fsync": [("on",)],
            "timezone": [("UTC",)],
            "max_connections": [("200",)],
        }
        sockets = postmaster(home).socket_directory
        for path in (sockets, sockets / ".s.PGSQL.5432", sockets.parent, sockets.parent / "data"):
            assert stat.S_IMODE(path.stat().st_mode) == 0o700


def test_the_log_holds_nothing_of_a_client(home: Path) -> None:
    with EmbeddedPostgres(home) as server:
        statements = (
            "create table hosts (name text primary key)",
            "insert into hosts values ('secret-host')",
            "insert into hosts values ('secret-host')",
            "select 'secret-host'::integer",
            "do $$ begin raise warning 'secret-host'; end $$",
            "select 'secret-host', pg_terminate_backend(pg_backend_pid())",
        )
        for statement in statements:
            try:
                query(server.url(), statement)
            except psycopg.Error:
                continue
        # The server names the statement of a process that crashed, when it may be verbose.
        with psycopg.connect(server.url(), autocommit=True) as connection:
            connection.execute("select 'secret-host'")
            os.kill(connection.info.backend_pid, signal.SIGKILL)
            wait_for(lambda: "signal 9" in (home / "postgres/server.log").read_text())
        wait_for(lambda: server.running)
    log = (home / "postgres" / "server.log").read_text()
    assert "ready to accept connections" in log
    assert "secret-host" not in log


def test_the_last_of_two_processes_stops_the_server(home: Path) -> None:
    first, second = User(home), User(home)
    url = first.said()
    assert second.said() == url
    first.leave()
    assert query(url, "select 1") == [(1,)]
    second.leave()
    assert not EmbeddedPostgres(home).running


def test_two_users_in_one_process_are_two(home: Path) -> None:
    first, second = EmbeddedPostgres(home).start(), EmbeddedPostgres(home).start()
    first.close()
    first.close()
    assert second.running
    second.close()
    assert not second.running


def test_five_processes_at_once_share_one_server(home: Path) -> None:
    users = [User(home) for _ in range(5)]
    urls = {user.said() for user in users}
    assert len(urls) == 1
    query(urls.pop(), "select 1")
    for user in users:
        user.leave()
    assert not EmbeddedPostgres(home).running
    starts = (home / "postgres" / "server.log").read_text().count("starting PostgreSQL")
    assert starts == 1


def test_a_killed_owner_leaves_its_server_to_the_next_user(home: Path) -> None:
    owner = User(home)
    query(owner.said(), "create table kept as select 42 as answer")
    number = postmaster(home).pid
    owner.kill()
    with EmbeddedPostgres(home) as server:
        assert postmaster(home).pid == number
        assert query(server.url(), "select answer from kept") == [(42,)]
    assert not server.running


def test_a_killed_postmaster_is_replaced_and_no_row_is_lost(home: Path) -> None:
    with EmbeddedPostgres(home) as server:
        query(server.url(), "create table kept as select 42 as answer")
        number = postmaster(home).pid
        os.kill(number, signal.SIGKILL)
        server.start()
        assert postmaster(home).pid != number
        assert query(server.url(), "select answer from kept") == [(42,)]
    assert not server.running


def test_a_kill_while_the_data_are_made_leaves_nothing_half_made(home: Path) -> None:
    owner = User(home)
    wait_for((home / "postgres" / "server" / "data.new" / "PG_VERSION").exists)
    owner.kill()
    with EmbeddedPostgres(home) as server:
        assert query(server.url(), "select 1") == [(1,)]


def test_a_number_of_a_process_used_again_is_no_server(home: Path) -> None:
    directory = home / "postgres" / "server"
    files = (directory / "data/postmaster.pid", directory / "socket/.s.PGSQL.5432.lock")
    with EmbeddedPostgres(home):
        number = postmaster(home).pid
        contents = [file.read_text() for file in files]
    zombie = subprocess.Popen(["true"])
    os.waitid(os.P_PID, zombie.pid, os.WEXITED | os.WNOWAIT)
    for stranger in (os.getpid(), zombie.pid):
        for file, content in zip(files, contents, strict=True):
            file.write_text(content.replace(f"{number}\n", f"{stranger}\n", 1))
        assert not EmbeddedPostgres(home).running
        EmbeddedPostgres(home).stop()
        with EmbeddedPostgres(home) as server:
            assert query(server.url(), "select 1") == [(1,)]
    zombie.wait()


def test_a_kept_server_outlives_its_users_until_it_is_stopped(home: Path) -> None:
    with EmbeddedPostgres(home) as server:
        EmbeddedPostgres(home).keep()
    assert server.running
    with EmbeddedPostgres(home):
        pass
    assert server.running
    EmbeddedPostgres(home).stop()
    assert not server.running
    with EmbeddedPostgres(home):
        pass
    assert not server.running


def test_stopping_a_home_that_never_was_makes_none(home: Path) -> None:
    EmbeddedPostgres(home).stop()
    assert not home.exists()


def test_ctrl_c_does_not_reach_the_server(home: Path) -> None:
    with EmbeddedPostgres(home):
        assert os.getsid(postmaster(home).pid) != os.getsid(0)


def test_url_names_database_user_and_driver(home: Path) -> None:
    with EmbeddedPostgres(home) as server:
        sockets = postmaster(home).socket_directory
        url = server.url("discovery", "reader", "postgresql+psycopg2")
    assert url == f"postgresql+psycopg2://reader@/discovery?host={sockets}"
    with pytest.raises(EmbeddedPostgresError, match="does not run"):
        server.url()


def test_data_of_another_major_version_are_refused_by_both_names(home: Path) -> None:
    with EmbeddedPostgres(home):
        pass
    (home / "postgres" / "server" / "data" / "PG_VERSION").write_text("16\n")
    with pytest.raises(EmbeddedPostgresError, match="Postgres 16, which Postgres 18"):
        EmbeddedPostgres(home).start()


def test_a_disk_that_takes_no_more_is_told_and_leaves_nothing_half_made(home: Path) -> None:
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, limits[1]))
    try:
        with pytest.raises(
            EmbeddedPostgresError, match=r"could not make its data: .*File too large"
        ):
            EmbeddedPostgres(home).start()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    with EmbeddedPostgres(home) as server:
        assert query(server.url(), "select 1") == [(1,)]


def test_a_server_that_does_not_start_is_told_with_the_end_of_its_log(home: Path) -> None:
    with EmbeddedPostgres(home):
        pass
    (home / "postgres" / "server" / "data" / "global" / "pg_control").unlink()
    with pytest.raises(EmbeddedPostgresError, match=r"did not start: .*pg_control"):
        EmbeddedPostgres(home).start()


def test_a_home_that_cannot_be_made_is_one_sentence(folder: Path) -> None:
    (folder / "file").write_text("")
    with pytest.raises(EmbeddedPostgresError, match=r"cannot use .*: Not a directory"):
        EmbeddedPostgres(folder / "file" / "home").start()
