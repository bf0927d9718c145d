"""A model's proposals in a session: beside the rules' answers, and accepted by a person alone."""

import io
import json

import pytest

from discovery_dagster.cli.writing import Format, write_rows
from discovery_dagster.domain.keys import EngagementKey
from discovery_dagster.pages import asset
from discovery_dagster.pages.answers import html
from discovery_dagster.settings import Settings
from discovery_dagster.store import exports, publications, sessions, states
from discovery_dagster.store.decisions import (
    mappings,
)
from discovery_dagster.store.objects import ObjectStore
from discovery_dagster.store.reading import listing, lists
from discovery_dagster.store.reading.listing import Criteria
from discovery_dagster.store.reading.neighbourhood import Surroundings
from discovery_dagster.store.sessions import IncomingFile
from discovery_dagster_tests.ai.server import Reply, able, answer, known
from discovery_dagster_tests.defs.conftest import engine as engine
from discovery_dagster_tests.defs.conftest import template as template
from discovery_dagster_tests.installation import Installation

THINGS = """Asset,Kostenverantwortlich,Netzadresse,Zorblax
payments ledger,Ann Example,10.0.0.1,x1
quarterly ledger,Bob Example,10.0.0.2,x2
blob,Cyd Example,10.0.0.3,x3
"""


def register(engine, engagement, folder):
    path = folder / "things.csv"
    path.write_text(THINGS)
    objects = ObjectStore(Settings().objects)
    return sessions.register(engine.database, objects, engagement, [IncomingFile(path.name, path)])


def with_formulas(request):
    """An able answer whose reasons a spreadsheet would take for formulas."""
    reply = answer(request, lambda row: known(row) or "unknown")
    document = json.loads(reply.content)
    for item in document["items"]:
        item["reason"] = "=HYPERLINK(because)"
        item["value"] = item["value"] if "`unknown`" in request.text else known_or_unmapped(item)
    return Reply(json.dumps(document))


def known_or_unmapped(item):
    return "unmapped" if item["value"] == "unknown" else item["value"]


@pytest.fixture(scope="module")
def ran(engine, standing_server, tmp_path_factory):
    """A session that ran with a model, to be read only."""
    session = register(engine, EngagementKey("acme", "with-model"), tmp_path_factory.mktemp("drop"))
    standing_server.behave = with_formulas
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DISCOVERY_LLM_BASE_URL", standing_server.url)
        patch.setenv("DISCOVERY_LLM_MODEL", "test-model")
        engine.execute_here(session)
    return session


@pytest.fixture
def model(server, monkeypatch):
    """The environment of a run that has a model."""
    monkeypatch.setenv("DISCOVERY_LLM_BASE_URL", server.url)
    monkeypatch.setenv("DISCOVERY_LLM_MODEL", "test-model")
    return server


@pytest.fixture
def session(engine, engagement, tmp_path):
    return register(engine, engagement, tmp_path)


def proposals(engine, session):
    rows = exports.rows(engine.database, session, "proposals")
    return {row["column"] or row["name"]: row for row in rows}


def mapping(engine, session):
    rows = exports.rows(engine.database, session, "mapping")
    return {row["column"]: row for row in rows}


def assets(engine, session):
    return {row["name"]: row for row in exports.rows(engine.database, session, "assets")}


def test_a_proposal_stands_beside_the_answer_of_the_rules(engine, ran):
    proposed = proposals(engine, ran)
    owner, ledger = proposed["Kostenverantwortlich"], proposed["payments ledger"]
    verdicts = [(row["rules"], row["value"], row["status"]) for row in (owner, ledger)]
    assert verdicts == [
        ("unmapped", "business_owner", "proposed"),
        ("unknown", "database", "proposed"),
    ]
    assert (ledger["model"], ledger["confidence"]) == ("test-model", 0.9)
    assert ledger["response"].startswith("response-")
    assert proposed["blob"]["status"] == "undecided"
    asset = assets(engine, ran)["payments ledger"]
    assert (asset["type"], asset["business_owner"]) == ("unknown", None)
    assert "Ann Example" in str(asset["custom"])


def test_a_proposed_column_is_shown_in_the_mapping_and_not_read(engine, ran):
    columns = mapping(engine, ran)
    shown = columns["Kostenverantwortlich"]
    assert (shown["field"], shown["status"], shown["method"]) == (
        "business_owner", "proposed", "model",
    )  # fmt: skip
    assert shown["confidence"] == 0.5
    assert columns["Zorblax"]["field"] == "unmapped"


def test_usage_is_told_in_figures(engine, ran):
    counts = publications.current(engine.database, ran)["classified_assets"].counts
    assert {name: count for name, count in counts.items() if name.startswith("model.")} == {
        "model.proposed": 2,
        "model.accepted": 0,
        "model.undecided": 1,
        "model.unanswered": 0,
        "model.withheld": 0,
        "model.calls": 1,
        "model.prompt_tokens": 100,
        "model.completion_tokens": 10,
    }


def test_dagster_is_told_neither_what_was_asked_nor_what_was_said(engine, ran):
    with engine.database.connect() as connection:
        rows = connection.execute(
            "select event from event_logs where event ~* 'ledger|HYPERLINK|Kostenverant'"
        ).fetchall()
    assert rows == []


def test_what_a_model_says_is_no_formula_in_a_spreadsheet(engine, ran):
    written = io.BytesIO()
    rows = exports.rows(engine.database, ran, "proposals")
    write_rows(written, Format.CSV, "proposals", rows)
    assert b"'=HYPERLINK(because)" in written.getvalue()
    assert b",=HYPERLINK" not in written.getvalue()


def test_proposals_are_read_page_by_page_as_they_are_exported(engine, ran):
    listed, after = [], None
    while True:
        page = listing.page(engine.database, ran, lists.PROPOSALS, Criteria(limit=2, after=after))
        listed += page.rows
        if page.after is None:
            break
        after = page.after
    assert listed == exports.rows(engine.database, ran, "proposals")
    of_assets = Criteria(filters={"field": ["type"], "status": ["proposed"]})
    rows = listing.page(engine.database, ran, lists.PROPOSALS, of_assets).rows
    assert {row["value"] for row in rows} == {"database"}


def test_an_assets_page_shows_what_a_model_said_as_text(engine, ran):
    row = {**proposals(engine, ran)["payments ledger"], "rationale": "<script>alert(1)</script>"}
    shown = asset.build(
        ran,
        assets(engine, ran)["payments ledger"],
        Surroundings([], {}, 0),
        identity={"records": [], "keys": [], "conflicts": []},
        node=None,
        reached={},
        proposals=[row],
    )
    written = str(html(shown).body, "utf-8")
    assert "A language model proposes" in written
    assert "&lt;script&gt;alert(1)" in written
    assert "<script>alert" not in written


def test_a_person_accepts_what_was_proposed(engine, engagement, model, tmp_path):
    # Of a client of its own, since decisions about columns are the client's.
    session = register(engine, EngagementKey("decided", engagement.engagement), tmp_path)
    engine.execute_here(session)
    rows = mappings.of_session(engine.database, session)
    column = [row for row in rows if row["column"] == "Kostenverantwortlich"]
    mappings.decide(engine.database, session, column, "business_owner", "ann", accepted=True)
    engine.execute_here(session)
    assert assets(engine, session)["payments ledger"]["business_owner"] == "Ann Example"
    assert "Kostenverantwortlich" not in proposals(engine, session)


def test_an_accepted_type_is_applied_by_the_run_that_it_makes_stale(engine, session, model):
    engine.execute_here(session)
    where = ("--client", "acme", "--engagement", session.engagement.engagement)
    home = Installation(Settings().home, Settings().postgres_url)
    accept = ("override", "accept", "Payments Ledger", "--author", "ann", *where)
    document = home.json(*accept)
    assert (document["field"], document["value"], document["before"]) == (
        "type",
        "database",
        "unknown",
    )
    assert (document["author"], document["origin"]) == ("ann", "proposal")
    assert [each["status"] for each in document["sessions"]] == ["stale"]
    assert assets(engine, session)["payments ledger"]["type"] == "unknown"
    assert states.state(engine.database, session).status == "stale"

    model.log.clear()
    engine.execute_here(session)
    assert model.log == []  # what was answered of the others is not asked again
    assert states.state(engine.database, session).status == "done"
    decided = assets(engine, session)["payments ledger"]
    assert (decided["type"], decided["confidence"], decided["overridden"]) == (
        "database",
        1.0,
        True,
    )
    (sentence,) = [each for each in decided["rationale"] if "set by ann" in each]
    assert "proposal of test-model accepted; the rules said unknown" in sentence
    assert assets(engine, session)["quarterly ledger"]["type"] == "unknown"
    assert "payments ledger" not in proposals(engine, session)

    error = home.json(*accept, code=2)["error"]
    assert "has no proposal" in error["message"]
    refused = home.json("override", "accept", "blob", *where, code=2)["error"]
    assert "has no proposal" in refused["message"]


def test_without_a_model_a_run_keeps_what_one_proposed_and_asks_nothing(
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


def test_without_a_model_the_same_files_give_the_same(engine, session, engagement, tmp_path):
    again = register(engine, EngagementKey("acme", engagement.engagement), tmp_path)
    for one in (session, again):
        engine.execute_here(one)
    for table in {*exports.LISTINGS} - {"publications", "changes"}:
        rows = [exports.rows(engine.database, one, table) for one in (session, again)]
        assert rows[0] == rows[1], table
    assert exports.rows(engine.database, again, "proposals") == []
