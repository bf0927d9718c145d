"""A home in one file: what comes back is what was kept."""

import os

import pytest

from discovery_dagster.store import backups, exports
from discovery_dagster.store.backups import BackupError
from discovery_dagster.store.database import Database
from discovery_dagster_tests.installation import Installation, open_folder

TABLES = list(exports.LISTINGS)


def test_a_restored_home_exports_the_same_and_goes_on(
    installation, tmp_path, request: pytest.FixtureRequest
):
    drop = tmp_path / "servers.csv"
    drop.write_text("Hostname,OS,IP Address\nweb-01,Ubuntu 22.04,10.0.0.1\n,,\n")
    installation.engagement("move").import_files(drop)
    kept = tmp_path / "home.tar.gz"
    assert installation.run("backup", kept).returncode == 0
    assert kept.stat().st_mode & 0o077 == 0

    url = None
    if os.environ.get("DISCOVERY_POSTGRES_URL"):
        url = request.getfixturevalue("make_database_url")()
    with open_folder() as folder, Installation(folder / "home", url) as other:
        restored = other.run("restore", kept)
        assert restored.returncode == 0, restored.stderr
        assert other.tables("move", TABLES) == installation.tables("move", TABLES)
        again = other.run("restore", kept)
        assert (again.returncode, "not empty" in again.stderr) == (2, True)
        assert other.engagement("move").run()["status"] == "done"
        assert other.json("reconcile") == {"findings": []}


def test_what_is_no_backup_is_said_to_be_none(tmp_path, make_database_url):
    from discovery_dagster.store import schema

    database = Database(make_database_url())
    schema.migrate(database.url)
    nothing = tmp_path / "notes.txt"
    nothing.write_text("no backup")
    with pytest.raises(BackupError, match="is not a backup"):
        backups.read(database, tmp_path / "objects", nothing)
    assert backups.is_empty(database, tmp_path / "objects")
    assert list(tmp_path.glob(".backup-*")) == []
