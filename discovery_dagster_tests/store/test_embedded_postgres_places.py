"""The embedded Postgres in odd places and under other accounts, with real servers."""

import os
import pwd
import shutil
import stat
from pathlib import Path

import pytest

from discovery_dagster.store.embedded_postgres import EmbeddedPostgres, EmbeddedPostgresError
from discovery_dagster.store.postgres_account import PostgresAccount
from discovery_dagster.store.postgres_files import binaries, copy_binaries
from discovery_dagster_tests.store.servers import User, postmaster, query

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can change accounts")

pytestmark = pytest.mark.long


@pytest.fixture
def ordinary_user() -> int:
    """Number of an account that is neither root nor the one that root would take."""
    return pwd.getpwnam("daemon").pw_uid


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
