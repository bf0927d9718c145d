import dagster as dg
import pytest
from sqlalchemy import Engine, event

from discovery_dagster.defs import assets, partitions, progress_log
from discovery_dagster.defs.reconciliation import reconcile
from discovery_dagster.domain.steps import BY_KEY, STEPS
from discovery_dagster.sandbox.reader import SandboxedReader
from discovery_dagster.settings import Settings
from discovery_dagster.store import claims, sessions, states
from discovery_dagster.store.claims import Claim, SessionBusyError
from discovery_dagster.store.objects import ObjectStore
from discovery_dagster.store.sessions import IncomingFile
from discovery_dagster_tests.defs.runs import started

SUCCESS, FAILURE = dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE


def receipts(engine, session, step):
    materialisations = engine.instance.fetch_materializations(
        dg.AssetRecordsFilter(dg.AssetKey(step), asset_partitions=[session.partition_key]), limit=9
    )
    return [record.asset_materialization.metadata for record in materialisations.records]


def test_a_run_publishes_every_step_and_stores_its_receipts_in_postgres(engine, ran):
    session, run = ran
    assert run.status == SUCCESS
    state = states.state(engine.database, session)
    assert state.status == "done"
    for step in state.steps:
        *_, receipt = receipts(engine, session, step.step)
        assert receipt["publication"].value == step.publication
    with engine.database.connect() as connection:
        stored = connection.execute(
            "select count(*) as events from event_logs where run_id = %s", [run.run_id]
        ).fetchone()
    assert stored["events"] > 30


def test_a_second_run_finds_everything_current_and_only_gives_receipts(engine, ran):
    session, _ = ran
    before = states.state(engine.database, session)
    assert engine.execute_here(session).status == SUCCESS
    after = states.state(engine.database, session)
    assert [s.publication for s in after.steps] == [s.publication for s in before.steps]
    newest, *_, first = receipts(engine, session, "inventory")
    assert newest["reused"].value is True
    assert newest["dagster/row_count"].value == first["dagster/row_count"].value == 1


def test_a_run_reads_each_file_once(engine, session, monkeypatch):
    read, read_tables = [], SandboxedReader.read_tables

    def noted(reader, path, name):
        read.append(name)
        return read_tables(reader, path, name)

    monkeypatch.setattr(SandboxedReader, "read_tables", noted)
    assert engine.execute_here(session).status == SUCCESS
    files = [file.name for file in sessions.files(engine.database, session)]
    assert read == files
    # `source_records` alone, in a later run, reads what no step before it has.
    assert engine.execute_here(session, force=["source_records"]).status == SUCCESS
    assert read == files * 2


def test_a_run_asks_dagsters_storage_no_more_than_it_must(engine, session, monkeypatch):
    monkeypatch.setattr(progress_log, "INTERVAL", 600.0)  # a busy machine makes no step a long one
    statements = []
    listener = (Engine, "before_cursor_execute", lambda *details: statements.append(details[2]))
    event.listen(*listener)
    try:
        assert engine.execute_here(session).status == SUCCESS
    finally:
        event.remove(*listener)
    # Whether tables exist is looked up as often as Dagster's storage is opened, and says nothing
    # of the run. Without that, 1,100 when each input and output of a step looked the run's
    # partition up, and 736 now in a home that has earlier runs: 690, and what the dictionary and
    # the records that readiness is judged by add as inputs.
    statements = [statement for statement in statements if "pg_catalog" not in statement]
    assert len(statements) < 750


def test_a_failed_run_is_resumed_from_the_failed_step(engine, session, monkeypatch):
    def fail(*_: object) -> None:
        raise OSError("The disk is full.")

    with monkeypatch.context() as patched:
        patched.setattr(assets.graph, "analyse", fail)
        failed = engine.execute_here(session)
    assert failed.status == FAILURE
    state = states.state(engine.database, session)
    assert state.status == "failed"
    assert "the whole message is in" in (state.error or "")
    assert {s.step: s.status for s in state.steps}["dependency_graph"] == "failed"

    resumed = engine.execute_here(session)
    assert (resumed.status, resumed.parent_run_id) == (SUCCESS, failed.run_id)
    assert "dependency_graph" in resumed.step_keys_to_execute
    assert "inventory" not in resumed.step_keys_to_execute
    assert states.state(engine.database, session).status == "done"


def test_files_that_were_added_are_read_though_the_last_run_failed_later(
    engine, session, monkeypatch, tmp_path
):
    def fail(*_: object) -> None:
        raise OSError("The disk is full.")

    with monkeypatch.context() as patched:
        patched.setattr(assets.graph, "analyse", fail)
        engine.execute_here(session)
    more = tmp_path / "more.csv"
    more.write_text("Hostname,OS\ndb-01,Ubuntu 22.04\n")
    objects = ObjectStore(Settings().objects)
    sessions.register(
        engine.database,
        objects,
        session.engagement,
        [IncomingFile("more.csv", more)],
        session=session,
    )
    assert engine.execute_here(session).status == SUCCESS
    assert states.state(engine.database, session).counts["assets"] == 2


def test_forced_steps_are_made_anew_with_what_is_below_them(engine, ran):
    session, _ = ran
    before = {s.step: s.publication for s in states.state(engine.database, session).steps}
    run = engine.execute_here(session, ["dependencies"])
    assert run.tags["discovery/force"] == "dependencies"
    after = states.state(engine.database, session)
    assert after.status == "done"
    made_anew = {s.step for s in after.steps if s.publication != before[s.step]}
    assert made_anew == {
        "dependencies",
        "dependency_graph",
        "migration_plan",
        "session_changes",
    }


def test_forcing_a_step_does_not_resume_the_run_that_failed_after_it(engine, session, monkeypatch):
    def fail(*_: object) -> None:
        raise OSError("The disk is full.")

    with monkeypatch.context() as patched:
        patched.setattr(assets.graph, "analyse", fail)
        engine.execute_here(session)
    before = {s.step: s.publication for s in states.state(engine.database, session).steps}
    engine.execute_here(session, ["inventory"])
    after = {s.step: s.publication for s in states.state(engine.database, session).steps}
    assert after["inventory"] != before["inventory"]
    assert after["canonical_records"] == before["canonical_records"]


def test_a_busy_session_is_refused_and_leaves_no_failed_run(engine, session):
    with Claim.take(engine.database, session, "another"), pytest.raises(SessionBusyError):
        engine.execute_here(session)
    filters = dg.RunsFilter(tags={partitions.PARTITION_TAG: session.partition_key})
    assert engine.instance.get_runs(filters) == []
    assert not claims.is_held(engine.database, session)


def test_every_run_carries_the_tags_by_which_it_is_found(ran):
    session, run = ran
    tags = run.tags
    assert tags["discovery/client"] == session.engagement.client
    assert tags["discovery/engagement"] == str(session.engagement)
    assert tags["dagster/partition"] == tags["discovery/session"] == session.partition_key


def test_a_run_without_a_process_is_swept_and_then_resumed(engine, session):
    run = started(engine, session, at=0.0)
    assert [swept.run_id for swept in engine.sweep()] == [run.run_id]
    resumed = engine.execute_here(session)
    assert resumed.status == SUCCESS


def test_a_missing_receipt_is_given_and_then_there_is_nothing_to_reconcile(engine, session):
    run = engine.execute_here(session)
    engine.instance.delete_run(run.run_id)  # and its events with it
    findings = [f for f in reconcile(engine) if f.partition_key == session.partition_key]
    assert {finding.code for finding in findings} == {"no_receipt"}
    assert len(findings) == len(STEPS)
    (given,) = receipts(engine, session, "inventory")
    assert given["dagster/row_count"].value == 1
    assert [f for f in reconcile(engine) if f.partition_key == session.partition_key] == []


def test_a_receipt_that_was_lost_alone_is_given_as_its_run_would_have(engine, session):
    run = engine.execute_here(session)
    lost = "canonical_records"
    of_step = dg.AssetRecordsFilter(dg.AssetKey(lost), asset_partitions=[session.partition_key])
    (before,) = engine.instance.fetch_materializations(of_step, limit=5).records
    with engine.database.connect() as connection:
        connection.execute("delete from event_logs where id = %s", [before.storage_id])
    (finding,) = [f for f in reconcile(engine) if f.partition_key == session.partition_key]
    assert (finding.code, finding.mended) == ("no_receipt", True)
    (after,) = engine.instance.fetch_materializations(of_step, limit=5).records
    assert after.run_id == run.run_id
    versions = (
        "dagster/code_version",
        "dagster/data_version",
        "dagster/data_version_is_user_provided",
        *(f"dagster/input_data_version/{key}" for key in BY_KEY[lost].upstream),
    )
    expected, given = before.asset_materialization.tags, after.asset_materialization.tags
    assert {name: given[name] for name in versions} == {name: expected[name] for name in versions}
    assert given["dagster/code_version"] == BY_KEY[lost].code_version


def test_a_partition_that_was_added_by_hand_is_taken_out(engine, ran):
    session, _ = ran
    ghost = f"{session.engagement}-ghost"
    strays = {f"{ghost}|s001", f"{session.engagement}|s998", "monday"}
    engine.instance.add_dynamic_partitions(partitions.PARTITIONS_NAME, sorted(strays))
    by_hand = dg.AssetMaterialization("inventory", partition=f"{ghost}|s002")
    engine.instance.report_runless_asset_event(by_hand)
    findings = {f.partition_key: f.mended for f in reconcile(engine) if f.code == "no_session"}
    assert findings == {**dict.fromkeys(strays, True), f"{ghost}|s002": False}
    left = engine.instance.get_dynamic_partitions(partitions.PARTITIONS_NAME)
    assert session.partition_key in left
    assert strays.isdisjoint(left)
    with engine.database.connect() as connection:
        connection.execute("delete from event_logs where partition = %s", [f"{ghost}|s002"])
    assert [f for f in reconcile(engine) if f.code == "no_session"] == []


def test_a_run_of_a_session_that_does_not_exist_ends_before_a_worker_starts(engine, session):
    from discovery_dagster.domain.keys import SessionKey

    ghost = SessionKey(session.engagement, 99)
    run = engine._create(ghost, {})
    run = engine.instance.submit_run(run.run_id, engine.workspace)
    assert run.status == dg.DagsterRunStatus.CANCELED
    assert "has no session s099" in run.tags["discovery/refused"]


def test_a_receipt_leads_to_the_page_that_shows_what_was_made(engine, ran, monkeypatch):
    session, _ = ran
    monkeypatch.setenv("DISCOVERY_PAGES_URL", "http://pages.example/")
    engine.execute_here(session)
    base = f"http://pages.example/engagements/{session.engagement}/sessions/s001"
    for step, page in (("source_files", base), ("migration_plan", f"{base}/plan")):
        receipt, *_ = receipts(engine, session, step)
        assert receipt["page"].value == page


def test_the_link_of_a_receipt_names_no_port_that_may_be_another_tomorrow(engine, ran):
    session, _ = ran
    *_, receipt = receipts(engine, session, "migration_plan")
    path = f"/discovery/engagements/{session.engagement}/sessions/s001/plan"
    assert receipt["page"].value == path
