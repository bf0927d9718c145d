"""A home whose files and frames lie in a bucket: run, reconciled, tidied, backed up, erased."""

import tarfile
from pathlib import Path

import dagster as dg
import polars as pl
import pytest

from discovery_dagster.defs.reconciliation import reconcile
from discovery_dagster.domain.keys import EngagementKey
from discovery_dagster.settings import Settings
from discovery_dagster.store import backups, erasure, publications, retention, sessions
from discovery_dagster.store.objects import object_store
from discovery_dagster.store.sessions import IncomingFile
from discovery_dagster_tests.buckets import BUCKET, s3_server, surroundings


@pytest.fixture(scope="module")
def bucket(engine):
    with (
        s3_server() as variables,
        surroundings({**variables, "DISCOVERY_OBJECTS_URL": f"s3://{BUCKET}/homes/one"}),
    ):
        yield engine


def register(engine, engagement, folder: Path):
    path = folder / "servers.csv"
    path.write_text("name,os,ip\nweb-01,RHEL 8,10.0.0.1\ndb-01,Windows 2019,10.0.0.2\n")
    files = [IncomingFile("servers.csv", path)]
    return sessions.register(engine.database, object_store(Settings()), engagement, files)


@pytest.fixture(scope="module")
def ran(bucket, tmp_path_factory):
    """A session and its run."""
    session = register(bucket, EngagementKey("acme", "kept"), tmp_path_factory.mktemp("drop"))
    return session, bucket.execute_here(session)


def keys(session) -> set[str]:
    listed = object_store(Settings()).place.objects(str(session.engagement))
    return {each.key for each in listed}


def test_a_session_leaves_its_bytes_in_the_bucket_and_none_in_the_home(bucket, ran):
    session, run = ran
    assert run.status == dg.DagsterRunStatus.SUCCESS
    settings = Settings()
    assert len(keys(session)) > 11
    assert not list(settings.objects.glob(str(session.engagement)))
    assert list(settings.spill.iterdir()) == []
    assert reconcile(bucket) == []


def test_what_is_orphaned_and_old_is_deleted_and_the_rest_stays(bucket, ran, monkeypatch):
    session, _ = ran
    objects, before = object_store(Settings()), keys(session)
    objects.write_frames(session, "inventory", "orphan", {"assets": pl.DataFrame({"a": [1]})})
    retention.delete_orphans(bucket.database, objects)
    assert len(keys(session)) == len(before) + 1
    monkeypatch.setattr(retention, "ORPHAN_AGE", -60.0)
    retention.delete_orphans(bucket.database, objects)
    assert keys(session) == before


def test_a_backup_holds_what_is_in_the_bucket(bucket, ran, tmp_path):
    session, _ = ran
    file = tmp_path / "home.tar"
    backups.write(bucket.database, object_store(Settings()), file, b"k" * 32)
    with tarfile.open(file) as tar:
        kept = {name.removeprefix("objects/") for name in tar.getnames()}
    assert keys(session) <= kept


def test_what_is_erased_is_gone_from_the_bucket_and_older_versions_are_named(
    bucket, engagement, tmp_path
):
    session = register(bucket, engagement, tmp_path)
    bucket.execute_here(session)
    erased = erasure.erase(bucket.database, Settings(), session.engagement)
    assert keys(session) == set()
    assert erased.store["files"] > 11
    assert any("older versions" in sentence for sentence in erased.left)
    assert publications.current(bucket.database, session) == {}
