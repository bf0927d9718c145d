"""Dagster's tables and files have no tenant isolation: they hold counts, never a client's cells."""

import base64
from pathlib import Path
from xml.etree import ElementTree

import dagster as dg
import psycopg
import pytest

from discovery_dagster.defs import assets, progress_log
from discovery_dagster.settings import Settings
from discovery_dagster.store import sessions, states
from discovery_dagster.store.objects import ObjectStore
from discovery_dagster.store.sessions import IncomingFile

SERVERS = """Hostname,OS,IP Address,Owner,Application,Environment,CPU,Zorblax canary-column
canary-host-1,Ubuntu 22.04 canary-os,198.51.100.77,canary-owner,canary-app,canary-env,4,canary-x
canary-host-2,Windows Server 2019,198.51.100.78,canary-owner,canary-app,prod,-4 canary-cpu,x
,canary-rejected,canary-address,,,,,
"""
RELATIONS = """Source,Target,Relation,Port
canary-host-1,canary-host-2,depends on,5432
canary-host-1,canary-elsewhere,canary-relation,8443
"""


@pytest.fixture
def canaries(engine, engagement, tmp_path):
    files = []
    for name, text in (("canary-servers.csv", SERVERS), ("canary-relations.csv", RELATIONS)):
        (tmp_path / name).write_text(text)
        files.append(IncomingFile(name, tmp_path / name))
    objects = ObjectStore(Settings().objects)
    return sessions.register(engine.database, objects, engagement, files, title="canary-title")


def rows_with(engine, words):
    """Rows of Dagster's tables, by table, in which one of the words stands in any column."""
    hits = {}
    with engine.database.connect() as connection:
        tables = connection.execute(
            "select table_name as name from information_schema.tables"
            " where table_schema = 'public' and table_type = 'BASE TABLE'"
        ).fetchall()
        assert {"event_logs", "runs", "run_tags", "asset_keys"} <= {t["name"] for t in tables}
        for table in tables:
            pattern = "|".join(words)
            rows = connection.execute(
                f'select t::text as line from "{table["name"]}" t where t::text ~* %s',
                [pattern],
            ).fetchall()
            if rows:
                hits[table["name"]] = [row["line"][:300] for row in rows]
    return hits


def files_with(folder: Path, word: bytes):
    return [path for path in folder.rglob("*") if path.is_file() and word in path.read_bytes()]


def test_no_cell_of_a_client_reaches_dagster(engine, canaries, monkeypatch):
    monkeypatch.setattr(progress_log, "INTERVAL", 0.0)  # what steps log is searched as well
    engine.execute_here(canaries)
    assert rows_with(engine, [str(canaries.engagement)]), "the search finds what is there"
    assert rows_with(engine, ["canary", "zorblax", r"198\.51\.100"]) == {}
    assert files_with(Settings().dagster_home, b"canary") == []


@pytest.mark.parametrize("quoting", [ValueError, KeyError, psycopg.errors.DataError])
def test_an_error_that_quotes_a_cell_is_kept_with_the_session_and_not_told_to_dagster(
    engine, canaries, monkeypatch, quoting
):
    def stumble(*_: object, **__: object) -> None:
        try:
            int("canary-os")
        except ValueError as error:
            raise quoting("cannot read 'canary-host-1'") from error

    monkeypatch.setattr(assets.classification, "classify", stumble)
    run = engine.execute_here(canaries)
    assert run.status == dg.DagsterRunStatus.FAILURE
    assert rows_with(engine, ["canary", "zorblax", r"198\.51\.100"]) == {}
    assert files_with(Settings().dagster_home, b"canary") == []

    state = states.state(engine.database, canaries)
    assert state.status == "failed"
    assert quoting.__name__ in state.error
    kept = Path(state.error.partition("is in ")[2].rstrip("."))
    assert f"{canaries.engagement}/{canaries.session}" in str(kept)
    assert "canary-host-1" in kept.read_text()
    assert "canary-os" in kept.read_text()


@pytest.mark.parametrize(
    ("step", "title"),
    [
        ("classified_assets", "Assets by type"),
        ("dependencies", "Dependencies by status"),
        ("dependency_graph", "Assets by number of dependencies"),
    ],
)
def test_aggregates_are_drawn_in_the_metadata(engine, canaries, step, title):
    if not engine.instance.fetch_materializations(assets.ASSETS[-1].key, limit=1).records:
        engine.execute_here(canaries)
    (record,) = engine.instance.fetch_materializations(
        next(asset.key for asset in assets.ASSETS if asset.key.to_user_string() == step), limit=1
    ).records
    text = record.asset_materialization.metadata["plot"].value
    assert text.startswith(f"![{title}](data:image/svg+xml;base64,")
    drawn = base64.b64decode(text.partition("base64,")[2].rstrip(")"))
    assert ElementTree.fromstring(drawn).tag.endswith("svg")  # noqa: S314 - our own
