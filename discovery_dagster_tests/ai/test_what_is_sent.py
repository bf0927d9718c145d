"""What a model is sent of an estate full of personal data: at the socket, previewed and logged."""

import csv
import io
import json
import subprocess
import sys

import pytest

from discovery_dagster.domain.keys import EngagementKey
from discovery_dagster.settings import Settings
from discovery_dagster.store import engagements, model_requests, sessions
from discovery_dagster.store.objects import ObjectStore
from discovery_dagster.store.sessions import IncomingFile
from discovery_dagster_tests.ai.server import Reply, able
from discovery_dagster_tests.defs.conftest import engine as engine
from discovery_dagster_tests.defs.conftest import template as template
from discovery_dagster_tests.installation import PROJECT, Installation

#: Made up, one of each kind; none may be in a request, nor the parts of it named beside it.
PERSONAL = {
    "mail": ("wilma.quast@kunde.example", ["wilma", "quast", "kunde.example"]),
    "phone": ("+49 4421 778899", ["4421", "778899"]),
    "national phone": ("04421 / 77 88 99", ["4421", "77 88"]),
    "IPv4": ("10.93.47.211", ["93.47"]),
    "network": ("172.29.144.0/20", ["172.29"]),
    "IPv6": ("2001:db8:93:47::211", ["db8:93"]),
    "MAC": ("9c:b6:54:0d:1e:2f", ["0d:1e", "9c:b6"]),
    "UUID": ("7f3a9c1e-52d4-4b8a-9e61-c0ffee123456", ["52d4-4b8a", "7f3a9c1e"]),
    "serial": ("MXQ83615TR", ["83615"]),
    "token": ("ghp_9aZ8yX7wV6uT5sR4qP3oN2mL1kJ0iH", ["9aZ8y"]),
    "hash": ("5d41402abc4b2a76b9719d911017c592", ["5d41402a"]),
    "secret": ("password=Nordsee.77", ["Nordsee"]),
}

HEADERS = [
    "Asset", "Vorgang", "Zorblax", "Kostenverantwortlich", "Description", "Quux",
    "Pflegenummer wilma.quast@kunde.example",
]  # fmt: skip


def estate():
    """A table with each value in each kind of field: name, unknown columns, people, description."""
    written = io.StringIO()
    rows = csv.writer(written)
    rows.writerow(HEADERS)
    for at, (value, _) in enumerate(PERSONAL.values()):
        rows.writerow(
            [f"ledger{at:02d} {value}", f"x {value}", value, f"Wilma Quast {value}",
             f"PowerEdge beside ORABOX{at} ({value})", f"note {at}; {value}", value]
        )  # fmt: skip
    return written.getvalue()


def imported(engine, engagement, folder, name="estate.csv", text=None):
    path = folder / name
    path.write_text(text or estate())
    objects = ObjectStore(Settings().objects)
    return sessions.register(engine.database, objects, engagement, [IncomingFile(name, path)])


def clumsy(request):
    """Answers in such a way that everything is asked again, and some of it in halves."""
    if len(request.rows) > 5:
        return Reply('{"items": [', finish="length")
    return Reply("Sure!") if "could not be used" not in request.text else able(request)


@pytest.fixture
def model(server, monkeypatch):
    monkeypatch.setenv("DISCOVERY_LLM_BASE_URL", server.url)
    monkeypatch.setenv("DISCOVERY_LLM_MODEL", "test-model")
    return server


@pytest.fixture(scope="module")
def ran(engine, standing_server, tmp_path_factory):
    """A session of such an estate that ran with a model, and the requests that came out of it."""
    session = imported(engine, EngagementKey("acme", "sent"), tmp_path_factory.mktemp("drop"))
    standing_server.behave = clumsy
    standing_server.log.clear()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DISCOVERY_LLM_BASE_URL", standing_server.url)
        patch.setenv("DISCOVERY_LLM_MODEL", "test-model")
        engine.execute_here(session)
    return session, [request.text for request in standing_server.log]


def test_no_personal_value_is_in_any_request(ran):
    _, texts = ran
    assert len(texts) > 4
    assert any("could not be used" in text for text in texts)
    for kind, (value, parts) in PERSONAL.items():
        for text in texts:
            assert value not in text, kind
            assert [part for part in parts if part.lower() in text.lower()] == [], (kind, text)


def test_names_of_hosts_and_products_and_headers_are_in_the_requests(ran):
    sent = "\n".join(ran[1])
    for word in ("ORABOX3", "PowerEdge", "ledger07", "Zorblax", "Kostenverantwortlich", "Quux"):
        assert word in sent
    for kind in ("<mail>", "<phone>", "<ipv4>", "<ipv6>", "<mac>", "<uuid>", "<serial: AAA99999AA>",
                 "<key>", "<person: "):  # fmt: skip
        assert kind in sent


def test_every_request_is_in_the_log_of_its_engagement_as_it_went_out(engine, ran):
    session, texts = ran
    logged = model_requests.listed(engine.database, session.engagement)
    assert sorted(
        "\n".join(message["content"] for message in row["messages"]) for row in logged
    ) == sorted(texts)
    assert {row["session"] for row in logged} == {session.session}
    assert {row["step"] for row in logged} == {"field_mapping", "classified_assets"}
    assert {(row["model"], row["status"], row["prompt_tokens"]) for row in logged} == {
        ("test-model", 200, 100)
    }
    (host,) = {row["host"] for row in logged}
    assert host.startswith("127.0.0.1:")


def test_the_log_is_listed_by_a_command(engine, ran):
    session, texts = ran
    where = ("--client", "acme", "--engagement", session.engagement.engagement)
    home = Installation(Settings().home, Settings().postgres_url)
    assert len(home.json("model", "log", *where)["requests"]) == len(texts)
    assert home.json("model", "log", *where, "--session", "s999")["requests"] == []
    shown = home.run("model", "log", *where, "--full").stdout
    assert f"Requests to a model: {len(texts)}" in shown
    assert "ORABOX3" in shown
    missing = home.json("model", "log", "--client", "acme", "--engagement", "nowhere", code=2)
    assert "There is no engagement" in missing["error"]["message"]


def test_a_request_to_which_nothing_was_answered_is_in_the_log_too(
    engine, engagement, model, tmp_path
):
    model.behave = lambda request: Reply(status=500)
    session = imported(engine, engagement, tmp_path, text="Asset,Zorblax\nblob,x\n")
    engine.execute_here(session)
    logged = model_requests.listed(engine.database, engagement)
    assert len(logged) == len(model.log) > 0
    assert {row["status"] for row in logged} == {500}


def test_log_and_answers_are_erased_with_their_engagement(engine, engagement, model, tmp_path):
    session = imported(engine, engagement, tmp_path, text="Asset,Zorblax\nledger,x\n")
    engine.execute_here(session)
    erased = engagements.erase(engine.database, ObjectStore(Settings().objects), engagement)
    assert erased["model_request"] == len(model.log)
    assert erased["model_answer"] == 2
    assert model_requests.listed(engine.database, engagement) == []


def rows_of(messages):
    """The rows of a request without what is drawn anew each time: ids, marker and order."""
    data = messages[1]["content"].split("\n</data-")[0].splitlines()[1:]
    return sorted(json.dumps({**json.loads(line), "id": ""}, sort_keys=True) for line in data)


def test_a_preview_is_what_a_run_sends(engine, engagement, model, tmp_path, monkeypatch):
    monkeypatch.delenv("DISCOVERY_LLM_BASE_URL")
    monkeypatch.delenv("DISCOVERY_LLM_MODEL")
    session = imported(engine, engagement, tmp_path)
    engine.execute_here(session)
    where = ("--client", "acme", "--engagement", engagement.engagement, "--session", "s001")
    home = Installation(Settings().home, Settings().postgres_url)
    previewed = home.json("model", "preview", *where)
    assert previewed["model"] is None
    assert "No model is configured" in home.run("model", "preview", *where).stdout
    assert model.log == []

    monkeypatch.setenv("DISCOVERY_LLM_BASE_URL", model.url)
    monkeypatch.setenv("DISCOVERY_LLM_MODEL", "test-model")
    engine.execute_here(session)
    planned_requests = [messages for step in previewed["steps"] for messages in step["requests"]]
    sent = [request.body["messages"] for request in model.log]
    assert sorted(map(rows_of, planned_requests)) == sorted(map(rows_of, sent))

    after = home.json("model", "preview", *where)
    assert [step["requests"] for step in after["steps"]] == [[], []]
    assert [step["answered"] for step in after["steps"]] == [
        step["questions"] for step in previewed["steps"]
    ]


def test_a_preview_contacts_nobody_and_imports_no_crewai(move, tmp_path, server):
    (tmp_path / "estate.csv").write_text(estate())
    move.import_files(tmp_path / "estate.csv")
    report = tmp_path / "report.json"
    process = subprocess.run(
        [sys.executable, "-m", "discovery_dagster_tests.ai.watched", report,
         "model", "preview", *move.options, "--session", "s001"],
        env={**move.installation.environment, "DISCOVERY_LLM_BASE_URL": server.url,
             "DISCOVERY_LLM_MODEL": "test-model"},
        cwd=PROJECT, capture_output=True, text=True, check=False, timeout=240,
    )  # fmt: skip
    assert process.returncode == 0, process.stderr
    assert "ORABOX3" in process.stdout
    assert json.loads(report.read_text())["crewai"] is False
    assert server.log == []


def test_a_session_that_has_not_run_has_no_preview(engine, engagement, tmp_path):
    imported(engine, engagement, tmp_path)
    home = Installation(Settings().home, Settings().postgres_url)
    refused = home.json(
        "model", "preview", "--client", "acme", "--engagement", engagement.engagement,
        "--session", "s001", code=2,
    )  # fmt: skip
    assert "run it first" in refused["error"]["message"]


#: What a server does, and what is said of it.
CHECKS = {
    "it answers": (Reply("yes"), 0, "test-model at 127.0.0.1"),
    "the key is wrong": (Reply(status=401), 1, "refuses the key (401)"),
    "the model is unknown": (Reply(status=404), 1, "knows no model test-model"),
    "it is busy": (Reply(status=429), 1, "no more requests now (429)"),
    "it fails": (Reply(status=500), 1, "answered with status 500"),
    "it is another server": (Reply(raw=b"<html>It works!</html>"), 1, "but not as an OpenAI"),
}


@pytest.mark.parametrize("case", CHECKS)
def test_a_check_says_in_a_sentence_whether_the_model_answers(model, case):
    reply, code, words = CHECKS[case]
    model.behave = lambda request: reply
    home = Installation(Settings().home, Settings().postgres_url)
    process = home.run("model", "check")
    assert (process.returncode, process.stdout.count("\n")) == (code, 1)
    assert words in process.stdout
    assert len(model.log) == 1
    assert len(json.dumps(model.log[0].body)) < 200


def test_a_check_of_a_server_that_is_away_or_of_none_says_what_to_set(monkeypatch):
    home = Installation(Settings().home, Settings().postgres_url)
    assert "No model is configured: set DISCOVERY_LLM" in home.run("model", "check").stdout
    monkeypatch.setenv("DISCOVERY_LLM_BASE_URL", "http://127.0.0.1:9/v1")
    monkeypatch.setenv("DISCOVERY_LLM_MODEL", "test-model")
    process = home.run("model", "check")
    assert "127.0.0.1:9 cannot be reached" in process.stdout
    assert process.returncode == 1
