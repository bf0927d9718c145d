"""The sensor that runs again what is stale, evaluated as the daemon does."""

import dagster as dg
import pytest

from discovery_dagster.definitions import defs
from discovery_dagster.defs import assets, stale_sessions
from discovery_dagster.domain.keys import EngagementKey
from discovery_dagster.settings import Settings
from discovery_dagster.store import engagements, sessions
from discovery_dagster.store.decisions import constraints
from discovery_dagster.store.objects import ObjectStore
from discovery_dagster.store.states import state


class Daemon:
    """Ticks the sensor and remembers its cursor and the keys that have been requested, as Dagster
    does: a run is requested once under a key, whatever became of it."""

    def __init__(self, engine):
        self.engine, self.cursor, self.keys = engine, None, set()

    def tick(self, engagement):
        """The requests of one tick that are new and of the engagement."""
        context = dg.build_sensor_context(
            instance=self.engine.instance, cursor=self.cursor, definitions=defs
        )
        result = defs.get_repository_def().get_sensor_def("stale_sessions")(context)
        self.cursor = result.cursor
        new = [each for each in result.run_requests or [] if each.run_key not in self.keys]
        self.keys.update(request.run_key for request in new)
        return [each for each in new if each.partition_key.startswith(f"{engagement}|")]

    def keys_of(self, engagement):
        return [request.partition_key for request in self.tick(engagement)]


@pytest.fixture
def daemon(engine):
    return Daemon(engine)


def imported_and_run(engine, engagement, servers, times=1):
    objects = ObjectStore(Settings().objects)
    imported = [
        sessions.register(engine.database, objects, engagement, [servers]) for _ in range(times)
    ]
    for session in imported:
        engine.execute_here(session)
    return imported


def decide(engine, engagement, wave="2"):
    constraints.add(engine.database, engagement, "pin", ("web-01", wave), "audit", "ann")


def statuses(engine, keys):
    return [state(engine.database, key).status for key in keys]


def test_stale_sessions_are_run_in_their_order_until_nothing_is_stale(
    engine, engagement, servers, daemon
):
    both = first, _ = imported_and_run(engine, engagement, servers, times=2)
    assert daemon.keys_of(engagement) == []
    decide(engine, engagement)
    assert statuses(engine, both) == ["stale", "stale"]
    for session in both:
        (request,) = daemon.tick(engagement)
        assert request.partition_key == session.partition_key
        assert request.tags["discovery/engagement"] == str(engagement)
        engine.execute_here(session)
    assert statuses(engine, both) == ["done", "done"]
    assert daemon.keys_of(engagement) == []
    # A decision that is taken back is another cause: what was published since is known by.
    for constraint in constraints.current(engine.database, engagement):
        constraints.remove(engine.database, engagement, constraint.id, "ann")
    assert daemon.keys_of(engagement) == [first.partition_key]


def test_while_a_session_waits_for_its_run_no_other_is_requested(
    engine, engagement, servers, daemon
):
    first, second = imported_and_run(engine, engagement, servers, times=2)
    decide(engine, engagement)
    run = engine.submit(second)
    assert daemon.keys_of(engagement) == []
    engine.instance.report_run_canceled(run)
    assert daemon.keys_of(engagement) == [first.partition_key]


@pytest.mark.parametrize("ended", ["failed", "cancelled"])
def test_a_run_that_was_in_vain_is_not_requested_again(
    engine, engagement, servers, daemon, monkeypatch, ended
):
    (session,) = imported_and_run(engine, engagement, servers)
    decide(engine, engagement)
    assert daemon.keys_of(engagement) == [session.partition_key]
    if ended == "failed":

        def fail(*_: object) -> None:
            raise OSError("The disk is full.")

        monkeypatch.setattr(assets.plan, "make", fail)
        engine.execute_here(session)
    else:
        engine.instance.report_run_canceled(engine.submit(session))
    assert statuses(engine, [session]) == [ended]
    assert daemon.keys_of(engagement) == []


def test_a_run_that_changes_nothing_is_not_requested_again(engine, engagement, servers, daemon):
    (session,) = imported_and_run(engine, engagement, servers)
    decide(engine, engagement)
    assert daemon.keys_of(engagement) == [session.partition_key]
    assert statuses(engine, [session]) == ["stale"]  # as if its run had ended and left it so
    assert daemon.keys_of(engagement) == []


def test_archived_engagements_are_left_alone(engine, engagement, servers, daemon):
    imported_and_run(engine, engagement, servers)
    decide(engine, engagement)
    engagements.archive(engine.database, engagement)
    assert daemon.keys_of(engagement) == []


def test_a_tick_is_bounded_and_the_next_goes_on_with_the_others(
    engine, engagement, servers, daemon, monkeypatch
):
    monkeypatch.setattr(stale_sessions, "_MOST_RUNS", 1)
    stale = [EngagementKey("acme", f"{engagement.engagement}-{n}") for n in range(2)]
    for key in stale:
        imported_and_run(engine, key, servers)
        decide(engine, key)
    daemon.cursor = str(engagement)  # right before them
    assert [daemon.keys_of(key) for key in stale] == [[f"{key}|s001"] for key in stale]


def test_nobody_runs_stale_sessions_unless_it_is_switched_on():
    sensor = defs.get_repository_def().get_sensor_def("stale_sessions")
    assert sensor.default_status == dg.DefaultSensorStatus.STOPPED
