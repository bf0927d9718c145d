"""The embedded Postgres with real servers: shared, killed, started at once, refused."""

import os
import pwd
import resource
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from discovery_dagster.store.embedded_postgres import EmbeddedPostgres, EmbeddedPostgresError
from discovery_dagster.store.postgres_account import PostgresAccount
from discovery_dagster.store.postgres_files import binaries, copy_binaries
from discovery_dagster.store.postmaster import Postmaster

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can change accounts")

#: A user in a process of its own, which leaves at a line on its stdin. Python is imported before
#: the account changes: an ordinary one need not be able to read it.
_USER = """
import os, sys
from pathlib import Path
from discovery_dagster.store.embedded_postgres import EmbeddedPostgres, EmbeddedPostgresError

home, uid = Path(sys.argv[1]), int(sys.argv[2])
if uid:
    os.setgroups([])
    os.setgid(uid)
    os.setuid(uid)
try:
    with EmbeddedPostgres(home) as server:
        print(server.url(), flush=True)
        sys.stdin.readline()
except EmbeddedPostgresError as error:
    print(error, flush=True)
"""


class User:
    """Another process that uses the server of `home`, if not as `uid` then as we are."""

    def __init__(self, home: Path, uid: int = 0) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", _USER, str(home), str(uid)],
            cwd=Path(__file__).parents[2],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def said(self) -> str:
        """Wait until it uses the server; return the URL, or why it cannot."""
        return self.process.stdout.readline().strip()

    def leave(self) -> None:
        self.process.communicate("\n", timeout=30)
        assert self.process.returncode == 0

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def folder() -> Iterator[Path]:
    """A directory that every account can enter, unlike pytest's own, and with a short path."""
    folder = Path(tempfile.mkdtemp(prefix="discovery-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def home(folder: Path) -> Iterator[Path]:
    """A home that does not exist yet; its server is stopped at the end."""
    home = folder / "home"
    yield home
    EmbeddedPostgres(home).stop()


@pytest.fixture
def ordinary_user() -> int:
    """Number of an account that is neither root nor the one that root would take."""
    return pwd.getpwnam("daemon").pw_uid


def query(url: str, statement: str) -> list[tuple]:
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


def postmaster(home: Path) -> Postmaster:
    found = Postmaster.of(home / "postgres" / "server" / "data")
    assert found is not None
    return found


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.002)


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


def test_a_path_too_long_for_a_socket_moves_the_socket_only(folder: Path) -> None:
    home = folder / ("long" * 30)
    with EmbeddedPostgres(home) as server:
        sockets = postmaster(home).socket_directory
        assert query(server.url(), "select 1") == [(1,)]
        assert not sockets.is_relative_to(home)
        assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
        assert (home / "postgres" / "server" / "data" / "PG_VERSION").exists()
    sockets.rmdir()


def test_a_home_may_have_any_name(folder: Path) -> None:
    with EmbeddedPostgres(folder / "a größe 50%41+?&=# $(false) `x` \"'") as server:
        assert query(server.url(), "select 1") == [(1,)]


def test_a_comma_in_the_path_does_not_become_a_list_of_hosts(folder: Path) -> None:
    home = folder / "a,b"
    with EmbeddedPostgres(home) as server:
        assert query(server.url(), "select 1") == [(1,)]
        sockets = postmaster(home).socket_directory
    sockets.rmdir()


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


def test_directories_above_the_home_keep_their_modes(folder: Path) -> None:
    above = folder / "above"
    home = above / "home"
    home.mkdir(parents=True)
    above.chmod(0o751)
    home.chmod(0o755)
    before = [(path.stat().st_mode, path.stat().st_uid) for path in (folder, above, home)]
    with EmbeddedPostgres(home):
        pass
    assert [(path.stat().st_mode, path.stat().st_uid) for path in (folder, above, home)] == before


@needs_root
def test_an_ordinary_user_runs_it_as_itself_and_so_does_root(
    folder: Path, ordinary_user: int
) -> None:
    home = folder / "theirs"
    home.mkdir(mode=0o700)
    os.chown(home, ordinary_user, ordinary_user)
    user = User(home, ordinary_user)
    url = user.said()
    assert query(url, "select 1") == [(1,)]
    assert (home / "postgres" / "server" / "data").stat().st_uid == ordinary_user
    assert Path(f"/proc/{postmaster(home).pid}").stat().st_uid == ordinary_user
    with EmbeddedPostgres(home) as server:
        assert server.url() == url
    user.leave()
    with EmbeddedPostgres(home):
        assert Path(f"/proc/{postmaster(home).pid}").stat().st_uid == ordinary_user
    again = User(home, ordinary_user)
    assert query(again.said(), "select 1") == [(1,)]
    again.leave()


@needs_root
def test_another_user_cannot_use_the_server_of_a_home(home: Path, ordinary_user: int) -> None:
    with EmbeddedPostgres(home):
        other = User(home, ordinary_user)
        assert "cannot use" in other.said()
        other.leave()


@needs_root
def test_root_below_its_own_private_directory_keeps_the_data_elsewhere(folder: Path) -> None:
    private = folder / "private"
    private.mkdir(mode=0o700)
    home = private / "home"
    server = EmbeddedPostgres(home).start()
    elsewhere = (home / "postgres" / "server").readlink()
    try:
        query(server.url(), "create table kept as select 42 as answer")
        server.close()
        assert elsewhere.is_relative_to("/var/lib/discovery")
        assert stat.S_IMODE(elsewhere.stat().st_mode) == 0o700
        assert stat.S_IMODE(private.stat().st_mode) == 0o700
        moved = home.rename(private / "moved")
        with EmbeddedPostgres(moved) as server:
            assert query(server.url(), "select answer from kept") == [(42,)]
    finally:
        server.stop()
        shutil.rmtree(elsewhere)
    with pytest.raises(EmbeddedPostgresError, match="which is gone"):
        EmbeddedPostgres(moved).start()


@needs_root
def test_root_names_the_account_once_for_all(home: Path, ordinary_user: int) -> None:
    name = pwd.getpwuid(ordinary_user).pw_name
    with EmbeddedPostgres(home, run_as=name):
        assert Path(f"/proc/{postmaster(home).pid}").stat().st_uid == ordinary_user
    with EmbeddedPostgres(home):
        assert Path(f"/proc/{postmaster(home).pid}").stat().st_uid == ordinary_user
    with pytest.raises(EmbeddedPostgresError, match=f"belongs to {name}"):
        EmbeddedPostgres(home, run_as="nobody").start()


@needs_root
@pytest.mark.parametrize("name", ["root", "no-such-account"])
def test_root_is_told_of_an_account_that_cannot_run_it(home: Path, name: str) -> None:
    with pytest.raises(EmbeddedPostgresError, match=f"{name} is no other account"):
        EmbeddedPostgres(home, run_as=name).start()


@needs_root
def test_copied_binaries_serve_an_account_that_cannot_enter_the_environment(folder: Path) -> None:
    account = PostgresAccount.choose(folder / "none", None)
    package = binaries(PostgresAccount(0, 0, dropped=False)).parents[1]
    private = folder / "private"
    private.mkdir(mode=0o700)
    copy_binaries(package, private / "copied")
    copy_binaries(private / "copied" / package.name, folder / "shared")
    programs = Path(package.name, "pginstall18", "bin", "initdb")
    with pytest.raises(PermissionError):
        account.run(private / "copied" / programs, "--version")
    assert account.run(folder / "shared" / programs, "--version") == 0
