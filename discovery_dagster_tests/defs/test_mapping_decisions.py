"""What a person decides about a column is remembered for the client and applied by the next run."""

import pytest

from discovery_dagster.domain.keys import EngagementKey
from discovery_dagster.settings import Settings
from discovery_dagster.store import exports, sessions, states
from discovery_dagster.store.decisions import (
    mappings,
)
from discovery_dagster.store.objects import ObjectStore
from discovery_dagster.store.sessions import IncomingFile


@pytest.fixture
def servers(tmp_path):
    path = tmp_path / "servers.csv"
    path.write_text("Hostname,Kostenstelle\nweb-01,Berlin\n")
    return IncomingFile("servers.csv", path)


def decide(engine, session, field, *, accepted=True, column="Kostenstelle"):
    rows = mappings.of_session(engine.database, session)
    chosen = [row for row in rows if row["column"] == column]
    mappings.decide(engine.database, session, chosen, field, "ann", accepted=accepted)


def column(engine, session, name="Kostenstelle"):
    rows = exports.rows(engine.database, session, "mapping")
    return next(row for row in rows if row["column"] == name)


def stale(engine, session):
    state = states.state(engine.database, session)
    return [step.step for step in state.steps if step.status == "stale"]


def test_an_accepted_column_makes_its_mapping_stale_until_the_next_run_applies_it(engine, session):
    engine.execute_here(session)
    decide(engine, session, "location")
    assert stale(engine, session)[0] == "field_mapping"
    assert "source_records" not in stale(engine, session)
    engine.execute_here(session)
    assert states.state(engine.database, session).status == "done"
    mapped = column(engine, session)
    assert (mapped["field"], mapped["method"], mapped["confidence"]) == ("location", "person", 1.0)
    (asset,) = exports.rows(engine.database, session, "assets")
    assert asset["location"] == "Berlin"


def test_a_decision_holds_for_the_client_in_later_sessions_and_for_nobody_else(
    engine, session, servers
):
    engine.execute_here(session)
    decide(engine, session, "location")
    mine = EngagementKey(session.engagement.client, f"{session.engagement.engagement}x")
    others = EngagementKey("rival", session.engagement.engagement)
    for engagement, field in ((mine, "location"), (others, "unmapped")):
        objects = ObjectStore(Settings().objects)
        later = sessions.register(engine.database, objects, engagement, [servers])
        engine.execute_here(later)
        assert column(engine, later)["field"] == field
        assert states.state(engine.database, later).status == "done"


def test_a_session_without_such_a_column_stays_current(engine, session, engagement, tmp_path):
    path = tmp_path / "others.csv"
    path.write_text("Hostname,OS\nweb-02,Ubuntu 22.04\n")
    objects = ObjectStore(Settings().objects)
    files = [IncomingFile("others.csv", path)]
    untouched = sessions.register(engine.database, objects, engagement, files)
    # In their order: a session is compared with the one before it.
    engine.execute_here(session)
    engine.execute_here(untouched)
    decide(engine, session, "criticality")
    assert stale(engine, untouched) == []
    assert stale(engine, session) != []
