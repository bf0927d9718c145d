from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from discovery_dagster.domain.facts import Progress, Publication, Run, SessionFacts
from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.domain.state import PROCESS_LOST, compute, expected_inputs
from discovery_dagster.domain.steps import BY_KEY, STEPS

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
KEYS = [step.key for step in STEPS]


def published(*keys: str) -> dict[str, Publication]:
    publications: dict[str, Publication] = {}
    for key in keys:
        step = BY_KEY[key]
        inputs = expected_inputs(step, "files", publications, {}, {}) or {}
        publications[key] = Publication(
            key, f"p-{key}", "run", step.code_version, inputs, {}, NOW, NOW
        )
    return publications


def run(status: str, **more: object) -> Run:
    return replace(Run("run", status, NOW, NOW, None, None, None), **more)


def facts(**more: object) -> SessionFacts:
    session = SessionKey.parse("acme.move|s001")
    empty = SessionFacts(session, None, NOW, "files", [], {}, {}, None, False, NOW)
    return replace(empty, **more)


def statuses(state) -> dict[str, str]:
    return {step.step: step.status for step in state.steps}


def test_a_session_that_never_ran_waits():
    state = compute(facts())
    assert state.status == "waiting"
    assert set(statuses(state).values()) == {"waiting"}


def test_a_session_is_done_when_every_step_is_current():
    state = compute(facts(publications=published(*KEYS), run=run("SUCCESS")))
    assert state.status == "done"


@pytest.mark.parametrize("dagster_status", ["NOT_STARTED", "QUEUED"])
def test_a_queued_run_makes_a_queued_session(dagster_status):
    assert compute(facts(run=run(dagster_status))).status == "queued"


def test_a_running_step_shows_what_it_reported():
    reported = {"source_records": Progress("source_records", "run", 3, 9, "files", NOW, NOW)}
    state = compute(
        facts(
            publications=published("source_files"),
            run=run("STARTED"),
            progress=reported,
            claim_held=True,
        )
    )
    assert state.status == "running"
    assert statuses(state)["source_files"] == "done"
    (step,) = [step for step in state.steps if step.status == "running"]
    assert step.step == "source_records"
    assert step.progress is not None
    assert (step.progress.done, step.progress.total) == (3, 9)


def test_progress_of_an_earlier_run_is_not_shown():
    reported = {"source_files": Progress("source_files", "older", 3, 9, "files", NOW, NOW)}
    state = compute(facts(run=run("STARTED"), progress=reported, claim_held=True))
    assert statuses(state)["source_files"] == "waiting"


def test_a_failed_run_fails_its_step_with_the_reason():
    state = compute(
        facts(
            publications=published("source_files"),
            run=run("FAILURE", failed_step="source_records", error="The disk is full."),
        )
    )
    assert state.status == "failed"
    assert state.error == "The disk is full."
    (step,) = [step for step in state.steps if step.status == "failed"]
    assert (step.step, step.error) == ("source_records", "The disk is full.")


def test_a_run_that_failed_to_make_a_step_anew_reads_failed_though_the_older_result_is_current():
    forced = run("FAILURE", run_id="forced", failed_step="inventory", error="The disk is full.")
    state = compute(facts(publications=published(*KEYS), run=forced))
    assert (state.status, state.error) == ("failed", "The disk is full.")
    by_step = statuses(state)
    assert by_step.pop("inventory") == "failed"
    assert set(by_step.values()) == {"done"}


def test_a_step_that_failed_after_its_commit_is_done_and_the_session_says_that_its_run_failed():
    failed = run("FAILURE", failed_step="inventory", error="Postgres cannot be reached.")
    state = compute(facts(publications=published(*KEYS), run=failed))
    assert state.status == "done"
    assert state.error == "Postgres cannot be reached."


def test_a_current_session_whose_last_run_never_began_is_done_and_says_that_it_failed():
    refused = run("FAILURE", error="acme.move|s001 is being written by another run.")
    state = compute(facts(publications=published(*KEYS), run=refused))
    assert state.status == "done"
    assert state.error
    assert not state.succeeded


def test_a_run_whose_process_is_gone_reads_failed_and_says_what_to_do():
    state = compute(facts(run=run("STARTED"), now=NOW + timedelta(minutes=1)))
    assert (state.status, state.error) == ("failed", PROCESS_LOST)


@pytest.mark.parametrize(
    ("dagster_status", "seconds", "expected"),
    [
        ("QUEUED", 90_000, "queued"),
        ("NOT_STARTED", 290, "queued"),
        ("STARTING", 290, "running"),
        ("STARTED", 40, "running"),
        ("NOT_STARTED", 310, "failed"),
        ("STARTING", 310, "failed"),
        ("STARTED", 50, "failed"),
    ],
)
def test_a_run_that_waits_for_its_turn_or_for_a_busy_machine_is_not_taken_for_lost(
    dagster_status, seconds, expected
):
    state = compute(facts(run=run(dagster_status), now=NOW + timedelta(seconds=seconds)))
    assert state.status == expected


def test_a_slow_run_that_holds_its_claim_is_never_declared_dead():
    state = compute(facts(run=run("STARTED"), claim_held=True, now=NOW + timedelta(days=3)))
    assert state.status == "running"


@pytest.mark.parametrize("jump", [timedelta(days=3650), timedelta(days=-3650)])
def test_a_clock_that_jumps_says_nothing_about_a_run_that_holds_its_claim(jump):
    state = compute(facts(run=run("STARTED"), claim_held=True, now=NOW + jump))
    assert state.status == "running"


def test_a_run_whose_process_is_gone_is_found_though_the_clock_was_set_back():
    state = compute(facts(run=run("STARTED"), now=NOW - timedelta(hours=1)))
    assert (state.status, state.error) == ("failed", PROCESS_LOST)


def test_what_is_made_from_an_older_publication_is_stale_and_so_is_all_below_it():
    publications = published(*KEYS)
    publications["field_mapping"] = replace(publications["field_mapping"], publication="newer")
    state = compute(facts(publications=publications, run=run("SUCCESS")))
    assert state.status == "stale"
    by_step = statuses(state)
    assert by_step["field_mapping"] == "done"
    assert by_step["canonical_records"] == "stale"
    assert by_step["migration_plan"] == "stale"


def test_what_older_code_made_is_stale():
    publications = published(*KEYS)
    publications["dependency_graph"] = replace(
        publications["dependency_graph"], code_version="older"
    )
    by_step = statuses(compute(facts(publications=publications, run=run("SUCCESS"))))
    assert by_step["dependency_graph"] == "stale"
    assert by_step["dependencies"] == "done"


def test_added_files_make_every_step_stale():
    state = compute(facts(publications=published(*KEYS), files_digest="more files"))
    assert set(statuses(state).values()) == {"stale"}


def test_changes_are_stale_once_the_session_before_has_changed():
    publications = published(*KEYS)
    by_step = statuses(compute(facts(publications=publications, previous={"previous": "s001"})))
    assert by_step.pop("session_changes") == "stale"
    assert set(by_step.values()) == {"done"}


def test_counts_are_those_of_the_steps():
    publications = published(*KEYS)
    publications["inventory"] = replace(publications["inventory"], counts={"assets": 5})
    publications["classified_assets"] = replace(
        publications["classified_assets"], counts={"assets": 5, "type.server": 3, "type.unknown": 2}
    )
    counts = compute(facts(publications=publications)).counts
    assert counts["assets"] == 5
    assert counts["assets_by_type"] == {"server": 3, "unknown": 2}
    assert counts["unknown"] == 2
