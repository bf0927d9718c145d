"""A home in one file: what comes back is what was kept."""

import os

import pytest

from discovery_dagster.store import backup_catalogue, exports, tokens
from discovery_dagster.store.database import Database
from discovery_dagster_tests.folders import open_folder
from discovery_dagster_tests.installation import Installation

pytestmark = pytest.mark.long

TABLES = list(exports.LISTINGS)


@pytest.fixture
def other_url(request: pytest.FixtureRequest) -> str | None:
    """The database of the home that is restored into; none for an embedded one."""
    if os.environ.get("DISCOVERY_POSTGRES_URL"):
        return request.getfixturevalue("make_database_url")()
    return None


def test_a_restored_home_exports_the_same_and_goes_on(installation, tmp_path, other_url):
    drop = tmp_path / "servers.csv"
    drop.write_text("Hostname,OS,IP Address\nweb-01,Ubuntu 22.04,10.0.0.1\n,,\n")
    installation.engagement("move").import_files(drop)
    token = installation.json("token", "create", "--client", "acme")["token"]
    kept = tmp_path / "home.tar.gz"
    done = installation.run("backup", kept)
    key = installation.home / "backup.key"
    assert (done.returncode, str(key) in done.stdout) == (0, True)
    assert kept.stat().st_mode & 0o077 == 0

    with open_folder() as folder, Installation(folder / "home", other_url) as other:
        without = other.run("restore", kept)
        assert (without.returncode, "There is no key" in without.stderr) == (2, True)
        wrong = tmp_path / "wrong.key"
        wrong.write_bytes(b"k" * 32)
        refused = other.run("restore", kept, DISCOVERY_BACKUP_KEY_FILE=str(wrong))
        assert (refused.returncode, "another key" in refused.stderr) == (2, True)
        assert refused.stderr.count("\n") == 1

        (other.home / "backup.key").write_bytes(key.read_bytes())
        restored = other.run("restore", kept)
        assert restored.returncode == 0, restored.stderr
        assert other.tables("move", TABLES) == installation.tables("move", TABLES)
        with other.database() as database:
            assert tokens.by_secret(database, token) is None
            assert tables_of_dagster(database) == {
                *backup_catalogue.DAGSTER_TABLES,
                *backup_catalogue.DAGSTER_TABLES_LEFT_OUT,
            }
        again = other.run("restore", kept)
        assert (again.returncode, "not empty" in again.stderr) == (2, True)
        assert other.engagement("move").run()["status"] == "done"
        assert other.json("reconcile") == {"findings": []}


def tables_of_dagster(database: Database) -> set[str]:
    with database.connect() as connection:
        rows = connection.execute(
            "select tablename from pg_tables where schemaname = 'public'"
        ).fetchall()
    return {row["tablename"] for row in rows}
