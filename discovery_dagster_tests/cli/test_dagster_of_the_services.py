"""Everything that Dagster loads, started once from the real webserver; and the server's death."""

import json
import os
import signal
import time
from typing import Any

import httpx
import pytest

from discovery_dagster.definitions import defs
from discovery_dagster.domain.steps import and_below
from discovery_dagster_tests.canary import files_with, tables_with
from discovery_dagster_tests.folders import open_folder
from discovery_dagster_tests.installation import Installation
from discovery_dagster_tests.processes import processes
from discovery_dagster_tests.services import REPOSITORY, Services, running

pytestmark = pytest.mark.long

ENDED = {"SUCCESS", "FAILURE", "CANCELED"}

_SENSOR = """
mutation ($selector: SensorSelector!) {
  sensorDryRun(selectorData: $selector, cursor: "") {
    __typename
    ... on DryRunInstigationTick { evaluationResult { skipReason error { message } } }
    ... on PythonError { message }
  }
}
"""

_SCHEDULE = """
mutation ($selector: ScheduleSelector!, $timestamp: Float) {
  scheduleDryRun(selectorData: $selector, timestamp: $timestamp) {
    __typename
    ... on DryRunInstigationTick {
      evaluationResult { runRequests { runKey } error { message } }
    }
    ... on PythonError { message }
  }
}
"""


@pytest.fixture(scope="module")
def services():
    with (
        open_folder() as folder,
        Installation(folder / "home") as home,
        running(home, DISCOVERY_MAX_RUNS="1") as opened,
    ):
        yield opened


def drop(home: Installation, engagement: str, host: str = "srv") -> str:
    """Put a table into the inbox; return its session's partition."""
    folder = home.home / "inbox" / "acme" / engagement / "first"
    folder.mkdir(parents=True)
    rows = "\n".join(f"{host}-{n:03d},Ubuntu 22.04,10.0.0.{n}" for n in range(1, 100))
    (folder / "servers.csv").write_text(f"Hostname,OS,IP Address\n{rows}\n")
    (folder / "_READY").touch()
    return f"acme.{engagement}|s001"


def test_every_job_sensor_and_schedule_runs_when_started_from_the_ui(services: Services):
    session = drop(services.home, "move")
    repository = defs.get_repository_def()
    for sensor in repository.sensor_defs:
        selector = {**REPOSITORY, "sensorName": sensor.name}
        tick = services.ask(_SENSOR, selector=selector)["sensorDryRun"]
        assert tick["__typename"] == "DryRunInstigationTick", tick
        assert tick["evaluationResult"]["error"] is None, sensor.name
    for schedule in repository.schedule_defs:
        selector = {**REPOSITORY, "scheduleName": schedule.name}
        tick = services.ask(_SCHEDULE, selector=selector, timestamp=time.time())["scheduleDryRun"]
        assert tick["evaluationResult"]["error"] is None, tick
        assert len(tick["evaluationResult"]["runRequests"]) == 1
    # The inbox has made the session by now; what its own sensor launches is let end first.
    services.until(lambda: "SUCCESS" in services.runs().values())
    jobs = {"session_job": session, "retention": None}
    assert set(jobs) == {
        job.name for job in repository.get_all_jobs() if not job.name.startswith("__")
    }
    for job, partition in jobs.items():
        run = services.launch(job, partition)
        services.until(lambda run=run: services.runs()[run] in ENDED)
        assert services.runs()[run] == "SUCCESS", job


def test_a_code_server_that_is_killed_again_and_again_fails_no_run(services: Services):
    before = services.runs().keys()
    expected = {drop(services.home, f"killed-{number}") for number in range(4)}

    def statuses() -> list[str]:
        return [status for run, status in services.runs().items() if run not in before]

    for status in ("STARTING", "STARTED", "STARTING"):
        services.until(lambda wanted=status: wanted in statuses())
        killed = set(processes(services.home.home, "dagster api grpc"))
        assert len(killed) == 1
        os.kill(killed.pop(), signal.SIGKILL)
        services.until(lambda: processes(services.home.home, "dagster api grpc"))
    services.until(lambda: len(statuses()) == len(expected) and ENDED.issuperset(statuses()), 400)
    assert statuses() == ["SUCCESS"] * len(expected)
    states = services.home.json("status")["sessions"]
    ended = {state["partition_key"]: state["status"] for state in states}
    assert {key: ended[key] for key in expected} == dict.fromkeys(expected, "done")


def test_what_is_erased_beside_running_services_does_not_come_back(services: Services):
    before = services.runs().keys()
    drop(services.home, "zq-erased", "zq-canary")
    services.until(lambda: len(services.runs().keys() - before) == 1)
    (run,) = services.runs().keys() - before
    services.until(lambda: services.runs()[run] in ENDED)
    engagement = services.home.engagement("zq-erased")
    erased = services.home.json("engagement", "erase", *engagement.options, "--yes")
    assert erased["store"]["inbox_files"] == 2
    # Two ticks of the inbox later.
    ticks = services.ticks("inbox")
    services.until(lambda: services.ticks("inbox") >= ticks + 2)
    assert not (services.home.home / "inbox" / "acme" / "zq-erased").exists()
    with services.home.database() as database:
        for canary in ("zq-erased", "zq-canary"):
            assert tables_with(database, canary) == []
            assert files_with(services.home.home, canary) == []
    drop(services.home, "zq-erased")
    ticks = services.ticks("inbox")
    services.until(lambda: services.ticks("inbox") >= ticks + 2)
    sessions = services.home.json("status")["sessions"]
    assert "zq-erased" not in {state["engagement"] for state in sessions}
    refused = services.home.run("import", services.home.home / "inbox", *engagement.options)
    assert refused.returncode == 2
    assert "was erased" in refused.stderr


def done(services: Services, engagement: str) -> str:
    """The partition of a session that was dropped and has been run."""
    partition = drop(services.home, engagement)
    services.until(lambda: status(services, engagement) == ["done"])
    return partition


def states(services: Services, engagement: str) -> list[dict[str, Any]]:
    listed = services.home.run("status", *services.home.engagement(engagement).options, "--json")
    return json.loads(listed.stdout)["sessions"] if listed.returncode == 0 else []


def status(services: Services, engagement: str) -> list[str]:
    return [state["status"] for state in states(services, engagement)]


def test_the_page_of_a_materialisation_is_where_the_pages_are_now(services: Services):
    partition = done(services, "shown")
    link = services.page("migration_plan", partition)
    assert link == "/discovery/engagements/acme.shown/sessions/s001/plan"
    led = httpx.get(f"{services.dagster_url}{link}", follow_redirects=False)
    pages, slash, path = led.headers["location"].partition("/engagements/")
    assert (slash + path) == link.removeprefix("/discovery")
    assert pages != services.dagster_url
    assert httpx.get(f"{pages}/readyz").is_success


def test_a_tag_in_the_launchpad_makes_a_step_anew(services: Services):
    partition = done(services, "forced")
    before = {step["step"]: step["publication"] for step in states(services, "forced")[0]["steps"]}
    for tags, anew in (({}, set()), ({"force": "dependencies"}, and_below(["dependencies"]))):
        run = services.launch("session_job", partition, **tags)
        services.until(lambda run=run: services.runs()[run] in ENDED)
        assert services.runs()[run] == "SUCCESS"
        (state,) = states(services, "forced")
        rerun = {
            step["step"] for step in state["steps"] if step["publication"] != before[step["step"]]
        }
        assert rerun == anew


def test_the_sensor_of_stale_sessions_runs_what_a_decision_made_stale_and_no_more(
    services: Services,
):
    done(services, "stale")
    move = services.home.engagement("stale")
    services.home.json("plan", "set", "pin", "srv-001", "2", *move.options, "--reason", "audit")
    assert status(services, "stale") == ["stale"]
    before = services.runs().keys()
    services.switch_on("stale_sessions")
    services.until(lambda: status(services, "stale") == ["done"])
    ticks = services.ticks("stale_sessions")
    services.until(lambda: services.ticks("stale_sessions") >= ticks + 2)
    assert len(services.runs().keys() - before) == 1


def test_every_sensor_looks_without_an_error_once_it_is_switched_on(services: Services):
    sensors = [sensor.name for sensor in defs.get_repository_def().sensor_defs]
    # A code server that was killed above may have taken a tick with it.
    before = {name: services.ticks(name) for name in sensors}
    for name in sensors:
        services.switch_on(name)
    for name in sensors:
        services.until(lambda name=name: services.ticks(name) > before[name])
        latest, *_ = services.ended_ticks(name)
        assert latest["error"] is None, name


def test_who_starts_dagster_dev_beside_the_services_is_warned(services: Services):
    beside = services.home.run("env")
    assert beside.returncode == 0
    assert "`dagster dev` would be a second one" in beside.stderr
