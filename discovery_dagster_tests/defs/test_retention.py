import os
import time

import dagster as dg
import pytest

from discovery_dagster.definitions import defs
from discovery_dagster.defs import assets
from discovery_dagster.domain.steps import STEPS
from discovery_dagster.settings import Settings
from discovery_dagster.store import retention, sessions, states
from discovery_dagster.store.claims import Claim
from discovery_dagster.store.objects import ObjectStore


@pytest.fixture
def folder(session):
    return Settings().objects / str(session.engagement) / session.session


def age(path):
    """Make it, and what is in it, look two days old."""
    then = time.time() - 2 * retention.ORPHAN_AGE
    for each in (path, *path.rglob("*")):
        os.utime(each, (then, then))


def orphan(path, *, old=True):
    path.mkdir(parents=True)
    (path / "files.parquet").touch()
    if old:
        age(path)
    return path


def ended_long_ago(engine, run, days):
    with engine.database.connect() as connection:
        connection.execute(
            "update runs set end_time = end_time - %s * 86400 where run_id = %s",
            [days, run.run_id],
        )


def events(engine, run):
    entries = [
        record.event_log_entry for record in engine.instance.get_records_for_run(run.run_id).records
    ]
    return [entry.dagster_event.event_type_value for entry in entries if entry.dagster_event]


def test_log_lines_of_old_runs_go_and_the_history_of_assets_stays(engine, session):
    run = engine.execute_here(session)
    before = events(engine, run)
    ended_long_ago(engine, run, 89)
    retention.delete_old_events(engine.database, 90)
    assert events(engine, run) == before, "a younger run keeps its log"
    ended_long_ago(engine, run, 2)
    deleted = retention.delete_old_events(engine.database, 90, batch=7)
    after = events(engine, run)
    assert deleted >= len(before) - len(after) > 20
    kept = {"ASSET_MATERIALIZATION", "ASSET_CHECK_EVALUATION", "PIPELINE_START", "PIPELINE_SUCCESS"}
    for kind in kept:
        assert after.count(kind) == before.count(kind) > 0, kind
    assert "ENGINE_EVENT" not in after
    for step in STEPS:
        materialisations = engine.instance.fetch_materializations(
            dg.AssetRecordsFilter(dg.AssetKey(step.key), asset_partitions=[session.partition_key]),
            limit=1,
        )
        assert materialisations.records, step.key
    assert retention.delete_old_events(engine.database, 90) == 0
    assert engine.execute_here(session).status == dg.DagsterRunStatus.SUCCESS


def test_why_an_old_run_failed_is_still_known(engine, session, monkeypatch):
    def fail(*_: object) -> None:
        raise OSError("The disk is full.")

    with monkeypatch.context() as patched:
        patched.setattr(assets.intake, "describe_files", fail)
        run = engine.execute_here(session)
    ended_long_ago(engine, run, 91)
    retention.delete_old_events(engine.database, 90)
    assert "OSError" in (states.state(engine.database, session).error or "")


def test_only_what_is_orphaned_and_old_is_deleted(engine, session, folder):
    database, objects = engine.database, ObjectStore(Settings().objects)
    engine.execute_here(session)
    current = list(folder.glob("frames/*/*"))
    (archived,) = folder.glob("files/*")
    for path in [*current, archived]:
        age(path)
    old = orphan(folder / "frames" / "inventory" / "old")
    young = orphan(folder / "frames" / "inventory" / "young", old=False)
    stray = folder / "files" / "tmp123"
    stray.touch()
    age(stray)
    deleted = retention.delete_orphans(database, objects)
    assert deleted["frames"] >= 1
    assert not old.exists()
    assert not stray.exists()
    assert young.exists()
    assert all(path.exists() for path in [*current, archived])


def test_what_a_stale_step_was_made_from_is_kept(engine, session, folder, servers):
    engine.execute_here(session)
    (read,) = folder.glob("frames/source_records/*")
    with engine.database.writer(session.engagement) as connection:
        connection.execute(
            "update discovery.publication set publication = 'newer'"
            " where engagement = %s and session = %s and step = 'source_records'",
            [str(session.engagement), session.session],
        )
    age(read)
    retention.delete_orphans(engine.database, ObjectStore(Settings().objects))
    assert read.exists()


def test_a_session_that_is_being_written_is_left_alone(engine, session, folder):
    old = orphan(folder / "frames" / "inventory" / "old")
    with Claim.take(engine.database, session, "another"):
        retention.delete_orphans(engine.database, ObjectStore(Settings().objects))
        assert old.exists()


def test_the_leavings_of_a_session_that_was_never_registered_are_deleted(engine, session, folder):
    ghost = folder.parent / "s777" / "files"
    ghost.mkdir(parents=True)
    (ghost / "abc").touch()
    age(ghost / "abc")
    retention.delete_orphans(engine.database, ObjectStore(Settings().objects))
    assert not (ghost / "abc").exists()
    assert len(sessions.sessions(engine.database, session.engagement)) == 1


def test_the_job_runs_as_dagster_loads_it(engine):
    job = defs.get_repository_def().get_job("retention")
    assert job.execute_in_process(instance=engine.instance).success
