"""A model's proposals in a session: beside the rules' answers, and accepted by a person alone."""

import os

import pytest

from discovery_dagster.settings import Settings
from discovery_dagster.store import decisions, exports, publications, sessions, states
from discovery_dagster.store.objects import ObjectStore
from discovery_dagster.store.sessions import IncomingFile
from discovery_dagster_tests.ai.server import Reply, able
from discovery_dagster_tests.defs.conftest import engine as engine

SERVERS = """Asset,Kostenverantwortlich,Zorblax
payments ledger,Ann Example,x1
quarterly ledger,Bob Example,x2
blob,Cyd Example,x3
"""


@pytest.fixture
def model(server, monkeypatch):
    """The environment of a run that has a model."""
    monkeypatch.setenv("DISCOVERY_LLM_BASE_URL", server.url)
    monkeypatch.setenv("DISCOVERY_LLM_MODEL", "test-model")
    return server


@pytest.fixture
def session(engine, engagement, tmp_path):
    (tmp_path / "things.csv").write_text(SERVERS)
    objects = ObjectStore(Settings().objects)
    files = [IncomingFile("things.csv", tmp_path / "things.csv")]
    return sessions.register(engine.database, objects, engagement, files)


def proposals(engine, session):
    rows = exports.rows(engine.database, session, "proposals")
    return {row["column"] or row["name"]: row for row in rows}


def test_a_proposal_stands_beside_the_answer_of_the_rules(engine, session, model):
    engine.execute_here(session)
    found = proposals(engine, session)
    owner, ledger = found["Kostenverantwortlich"], found["payments ledger"]
    assert (owner["rules"], owner["value"], owner["status"]) == (
        "unmapped", "business_owner", "proposed",
    )  # fmt: skip
    assert (ledger["rules"], ledger["value"], ledger["status"]) == (
        "unknown", "database", "proposed",
    )  # fmt: skip
    assert (ledger["model"], ledger["confidence"]) == ("test-model", 0.9)
    assert ledger["response"].startswith("response-")
    assert found["blob"]["status"] == "undecided"
    assets = {row["name"]: row for row in exports.rows(engine.database, session, "assets")}
    assert assets["payments ledger"]["type"] == "unknown"
    assert assets["payments ledger"]["business_owner"] is None
    assert "Ann Example" in str(assets["payments ledger"]["custom"])
    mapping = {row["column"]: row for row in exports.rows(engine.database, session, "mapping")}
    shown = mapping["Kostenverantwortlich"]
    assert (shown["field"], shown["status"], shown["method"]) == (
        "business_owner", "proposed", "model",
    )  # fmt: skip
    assert mapping["Zorblax"]["field"] == "unmapped"


def test_a_person_accepts_what_was_proposed(engine, session, model):
    engine.execute_here(session)
    columns = decisions.columns(engine.database, session)
    column = [row for row in columns if row["column"] == "Kostenverantwortlich"]
    decisions.decide_mapping(
        engine.database, session, column, "business_owner", "ann", accepted=True
    )
    engine.execute_here(session)
    assets = {row["name"]: row for row in exports.rows(engine.database, session, "assets")}
    assert assets["payments ledger"]["business_owner"] == "Ann Example"
    assert "Kostenverantwortlich" not in proposals(engine, session)


def test_usage_is_told_in_figures(engine, session, model):
    engine.execute_here(session)
    counts = publications.current(engine.database, session)["classified_assets"].counts
    assert counts["model.calls"] == 1
    assert counts["model.prompt_tokens"] == 100
    assert counts["model.proposed"] == 2
    assert counts["model.undecided"] == 1


def test_a_run_without_a_model_keeps_what_one_proposed_and_asks_nothing(
    engine, session, model, monkeypatch
):
    engine.execute_here(session)
    before = publications.current(engine.database, session)
    monkeypatch.delenv("DISCOVERY_LLM_BASE_URL")
    monkeypatch.delenv("DISCOVERY_LLM_MODEL")
    model.log.clear()
    assert states.state(engine.database, session).status == "done"
    engine.execute_here(session)
    assert publications.current(engine.database, session) == before
    assert model.log == []


def test_the_next_run_asks_again_only_what_was_not_answered(engine, session, model):
    model.behave = lambda request: (
        Reply(status=500) if "payments ledger" in request.text else able(request)
    )
    engine.execute_here(session)
    assert proposals(engine, session)["payments ledger"]["status"] == "unanswered"
    assert states.state(engine.database, session).status == "done"
    model.behave = able
    model.log.clear()
    engine.execute_here(session)
    assert proposals(engine, session)["payments ledger"]["status"] == "proposed"
    assert len(model.log) == 1
    model.log.clear()
    engine.execute_here(session)
    assert model.log == []


def test_a_session_that_asked_a_model_has_no_answer_of_it_in_dagster(engine, session, model):
    engine.execute_here(session)
    with engine.database.connect() as connection:
        rows = connection.execute(
            "select event from event_logs where event ~* 'ledger|because of|Kostenverant'"
        ).fetchall()
    assert rows == []
    assert os.environ["DISCOVERY_LLM_MODEL"] == "test-model"
