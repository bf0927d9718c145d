"""Dagster and Discovery call the same steps stale, whatever it is that changed."""

import dagster as dg

from discovery_dagster.defs.reconciliation import reconcile
from discovery_dagster.defs.sensors import decisions_sensor
from discovery_dagster.settings import Settings
from discovery_dagster.store import sessions, states
from discovery_dagster.store.decisions import constraints
from discovery_dagster.store.objects import ObjectStore

QUERY = """query($partition: String!) { assetNodes {
    assetKey { path } isMaterializable staleStatus(partition: $partition)
    staleCauses(partition: $partition) { reason dependency { path } } } }"""


def stale(engine, session):
    state = states.state(engine.database, session)
    return {step.step for step in state.steps if step.status == "stale"}


def stale_in_dagster(engine, session):
    """The steps that the UI shows as unsynced for the session's partition."""
    from dagster_graphql.test.utils import execute_dagster_graphql  # each worker would spend 0.8 s

    variables = {"partition": session.partition_key}
    request = engine.workspace.process_context.create_request_context()  # each keeps what it read
    answer = execute_dagster_graphql(request, QUERY, variables)
    assert not answer.errors
    nodes = [node for node in answer.data["assetNodes"] if node["isMaterializable"]]
    assert {node["staleStatus"] for node in nodes} <= {"FRESH", "STALE"}
    return {"/".join(n["assetKey"]["path"]) for n in nodes if n["staleStatus"] == "STALE"}


def test_a_decision_makes_its_step_stale_in_both_until_the_next_run(
    engine, engagement, session, servers
):
    engine.execute_here(session)
    objects = ObjectStore(Settings().objects)
    later = sessions.register(engine.database, objects, engagement, [servers])
    engine.execute_here(later)
    for key in (session, later):
        assert stale(engine, key) == stale_in_dagster(engine, key) == set()
    constraints.add(engine.database, session.engagement, "pin", ("web-01", "2"), "audit", "ann")
    looked = decisions_sensor(dg.build_sensor_context(engine.instance, cursor=""))
    assert "engagements with decisions" in looked.skip_message
    assert stale(engine, session) == {"migration_plan", "session_changes"}
    assert stale_in_dagster(engine, session) == {"migration_plan"}  # and not yet what is below
    engine.execute_here(session)
    assert stale(engine, session) == stale_in_dagster(engine, session) == set()
    # The session after it compares itself with what is now another plan.
    assert "session_changes" in stale(engine, later)
    assert "session_changes" in stale_in_dagster(engine, later)
    engine.execute_here(later)
    assert stale(engine, later) == stale_in_dagster(engine, later) == set()


def test_a_receipt_that_is_given_again_leaves_its_step_fresh(engine, ran):
    session, _ = ran
    with engine.database.connect() as connection:
        connection.execute(
            "delete from event_logs where partition = %s and asset_key like %s"
            " and dagster_event_type = 'ASSET_MATERIALIZATION'",
            [session.partition_key, "%session_changes%"],
        )
    reconcile(engine)
    assert stale(engine, session) == stale_in_dagster(engine, session) == set()
