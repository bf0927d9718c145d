"""What a person sets about a plan is kept for the engagement and applied by the next run."""

import psycopg
import pytest

from discovery_dagster.domain.keys import EngagementKey
from discovery_dagster.settings import Settings
from discovery_dagster.store import exports, sessions, states
from discovery_dagster.store.decisions import constraints
from discovery_dagster.store.decisions.constraints import NoSuchConstraintError
from discovery_dagster.store.objects import ObjectStore
from discovery_dagster.store.reading.impact import impact
from discovery_dagster.store.reading.why import why
from discovery_dagster.store.sessions import IncomingFile


@pytest.fixture(scope="module")
def chain(engine, tmp_path_factory):
    """The session of a chain of three applications, which has run."""
    path = tmp_path_factory.mktemp("drop") / "applications.csv"
    path.write_text("Application,Depends On\nshop,stock\nstock,store\nstore,\n")
    files, engagement = [IncomingFile(path.name, path)], EngagementKey("acme", "chain")
    objects = ObjectStore(Settings().objects)
    session = sessions.register(engine.database, objects, engagement, files)
    engine.execute_here(session)
    return session


def stale(engine, session):
    state = states.state(engine.database, session)
    return [step.step for step in state.steps if step.status == "stale"]


def waves(engine, session):
    rows = exports.rows(engine.database, session, "assets")
    return {row["name"]: row["wave"] for row in rows}


def asset_id(engine, session, name):
    rows = exports.rows(engine.database, session, "assets")
    return next(row["id"] for row in rows if row["name"] == name)


def test_a_constraint_makes_the_plan_stale_until_the_next_run_applies_it(engine, chain):
    session = chain
    database, engagement = engine.database, session.engagement
    assert stale(engine, session) == []
    pin = constraints.add(database, engagement, "pin", ("shop", "4"), "after the audit", "ann")
    constraints.add(database, engagement, "apart", ("shop", "stock"), None, "ann")
    assert stale(engine, session) == ["migration_plan", "session_changes"]
    engine.execute_here(session)
    assert stale(engine, session) == []
    assert waves(engine, session) == {"shop": 4, "stock": 1, "store": 1}
    explanation = why(database, session, asset_id(engine, session, "shop"))
    assert [one["id"] for one in explanation["constraints"]] == [pin.id, pin.id + 1]
    assert "pinned there" in explanation["placement"]["reason"]
    assert explanation["needs"][0]["why"] == "shop depends on stock (applications.csv line 2)"
    constraints.remove(database, engagement, pin.id, "bob")
    engine.execute_here(session)
    assert waves(engine, session)["shop"] == 2
    with pytest.raises(NoSuchConstraintError):
        constraints.remove(database, engagement, pin.id, "bob")
    ended = constraints.history(database, engagement)[0]
    assert (ended["author"], ended["removed_by"]) == ("ann", "bob")


def test_a_person_overrules_that_an_asset_serves_the_whole_estate(engine, engagement, tmp_path):
    hosts = [f"srv-{number}" for number in range(6)]
    path = tmp_path / "flows.csv"
    rows = [f"{host},ldap-7,389,tcp,1" for host in hosts]
    path.write_text("Source VM,Destination VM,Port,Protocol,Flow Count\n" + "\n".join(rows) + "\n")
    incoming = [IncomingFile("flows.csv", path)]
    store = ObjectStore(Settings().objects)
    session = sessions.register(engine.database, store, engagement, incoming)

    def tied():
        engine.execute_here(session)
        return len(list(exports.rows(engine.database, session, "groups"))) == 1

    assert not tied()
    constraint = constraints.add(
        engine.database, engagement, "service", ("ldap-7", "no"), "its own users", "ann"
    )
    assert stale(engine, session)[0] == "dependencies"
    assert tied()
    assert tied()  # a re-run respects it
    constraints.remove(engine.database, engagement, constraint.id, "ann")
    assert not tied()


def test_a_limit_takes_the_place_of_the_one_before(engine, session):
    for number in ("5", "7"):
        constraints.add(
            engine.database, session.engagement, "assets-per-wave", (number,), None, "ann"
        )
    [holds] = constraints.current(engine.database, session.engagement)
    assert holds.values == ("7",)


def test_impact_names_every_hop_each_way(engine, chain):
    session = chain
    reached = impact(engine.database, session, asset_id(engine, session, "stock"))
    assert [one["name"] for one in reached["needed_by"]["assets"]] == ["shop"]
    assert [one["name"] for one in reached["needs"]["assets"]] == ["store"]
    far = impact(engine.database, session, asset_id(engine, session, "store"))["needed_by"]
    assert [(one["name"], one["distance"]) for one in far["assets"]] == [("stock", 1), ("shop", 2)]
    assert far["assets"][1]["why"] == [
        "stock depends on store (applications.csv line 3)",
        "shop depends on stock (applications.csv line 2)",
    ]
    assert impact(engine.database, session, "no-such-asset") is None


def test_nothing_set_about_a_plan_crosses_an_engagement(engine, session):
    database = engine.database
    other = EngagementKey("rival", session.engagement.engagement)
    sessions.register(database, ObjectStore(Settings().objects), other, [])
    constraint = constraints.add(database, session.engagement, "freeze", ("shop",), None, "ann")
    assert constraints.current(database, other) == []
    with pytest.raises(NoSuchConstraintError):
        constraints.remove(database, other, constraint.id, "eve")
    with database.reader([other]) as connection:
        assert connection.execute("select * from discovery.plan_constraint").fetchall() == []
    with (
        pytest.raises(psycopg.errors.InsufficientPrivilege),
        database.writer(session.engagement) as connection,
    ):
        connection.execute("update discovery.plan_constraint set author = 'eve'")
