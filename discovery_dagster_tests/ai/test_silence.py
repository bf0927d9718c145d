"""Whom a session contacts and what it leaves behind, with a model and without one."""

import json
import subprocess
import sys
from urllib.parse import urlsplit

import pytest

from discovery_dagster_tests.ai.server import Reply, able
from discovery_dagster_tests.installation import PROJECT

THINGS = "Asset,Kostenverantwortlich\npayments ledger,Ann Example\nblob,canary-owner\n"


@pytest.fixture
def watched(move, tmp_path):
    """Imports a small drop under an audit hook, with a home directory of its own."""
    (tmp_path / "things.csv").write_text(THINGS)
    home, temporary = tmp_path / "home", tmp_path / "tmp"
    home.mkdir()
    temporary.mkdir()

    def run(**environment):
        report_path = tmp_path / "report.json"
        process = subprocess.run(
            [sys.executable, "-m", "discovery_dagster_tests.ai.watched", report_path,
             "import", tmp_path / "things.csv", *move.options, "--json"],
            env={**move.installation.environment, "HOME": str(home), "TMPDIR": str(temporary),
                 **environment},
            cwd=PROJECT, capture_output=True, text=True, check=False, timeout=240,
        )  # fmt: skip
        assert process.returncode == 0, process.stderr
        left = [path for path in (*home.rglob("*"), *temporary.rglob("*")) if path.is_file()]
        return json.loads(report_path.read_text()), process, left

    return run


def beyond_postgres(move, report):
    """Whom it contacted apart from the database."""
    url = move.installation.postgres_url
    database = urlsplit(url) if url and url.startswith("postgres") else None
    known = {(database.hostname, database.port or 5432)} if database else set()
    return {tuple(place) for place in report["contacted"]} - known


def test_without_a_model_nobody_is_contacted_and_crewai_is_not_imported(move, watched):
    report, _, _ = watched(OPENAI_API_KEY="k", OPENAI_BASE_URL="http://127.0.0.1:9/v1", MODEL="m")
    assert beyond_postgres(move, report) == set()
    assert report["crewai"] is False
    assert move.export("proposals") == []


@pytest.mark.long
def test_with_a_model_only_it_is_contacted_and_nothing_is_left_or_said(move, watched, server):
    server.behave = lambda request: (
        Reply(content="canary-nonsense") if "`unmapped`" in request.text else able(request)
    )
    report, process, left = watched(
        DISCOVERY_LLM_BASE_URL=server.url,
        DISCOVERY_LLM_MODEL="test-model",
        DISCOVERY_LLM_API_KEY="canary-key",
    )
    assert report["crewai"] is True
    assert beyond_postgres(move, report) <= {("127.0.0.1", urlsplit(server.url).port)}
    assert report["handlers"] == []
    assert left == []
    output = process.stdout + process.stderr
    assert not any(word in output for word in ("canary", "CrewAI", "crewai", "OpenAI"))
    assert "leaked" not in process.stderr  # what nanobind says of DuckDB's types at the end
    assert json.loads(process.stdout)["status"] == "done"
    kept = [
        path
        for path in (move.installation.home / "dagster").rglob("*")
        if path.is_file() and b"canary" in path.read_bytes()
    ]
    assert kept == []
    assert {row["status"] for row in move.export("proposals")} >= {"proposed", "unanswered"}
