"""After an engagement is erased, nothing of it is found in any table or file."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from discovery_dagster.defs.partitions import PARTITIONS_NAME, show_sessions
from discovery_dagster.defs.reconciliation import reconcile
from discovery_dagster.domain.keys import EngagementKey
from discovery_dagster.domain.scope import Scope
from discovery_dagster.settings import Settings
from discovery_dagster.store import (
    engagements,
    erasure,
    sessions,
    tokens,
    tombstones,
    traces,
)
from discovery_dagster.store.inbox_folder import InboxFolder
from discovery_dagster.store.objects import ObjectStore
from discovery_dagster.store.sessions import IncomingFile
from discovery_dagster.store.tombstones import EngagementErasedError
from discovery_dagster_tests.canary import contents, files_with, tables_with

CANARY = "zq-canary"


def table(path, *names):
    rows = "".join(f"{name},Ubuntu 22.04,10.0.0.1\n" for name in names)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"Hostname,OS,IP Address\n{rows},,\n")
    return IncomingFile(path.name, path)


def test_an_erased_engagement_is_nowhere_and_its_neighbours_untouched(
    engine, engagement, session, tmp_path
):
    settings = Settings()
    objects = ObjectStore(settings.objects)
    rival = EngagementKey("rival", engagement.engagement)
    # Neighbours by name: each has the other's key in its own.
    neighbours = [
        EngagementKey("big-rival", rival.engagement),
        EngagementKey("rival", f"{rival.engagement}-2"),
    ]
    file = table(tmp_path / "servers.csv", f"{CANARY}-01")
    erased = sessions.register(engine.database, objects, rival, [file])
    others = [
        sessions.register(engine.database, objects, key, [table(tmp_path / "o.csv", "web-01")])
        for key in neighbours
    ]
    for each in (erased, session, *others):
        engine.execute_here(each)
    table(settings.inbox / rival.client / rival.engagement / f"{CANARY}-drop" / "late.csv", CANARY)
    tokens.create(engine.database, Scope("rival", (rival.engagement,)), timedelta(days=1))
    scope = Scope("rival", (rival.engagement, neighbours[1].engagement))
    kept_token, _ = tokens.create(engine.database, scope, timedelta(days=1))
    log = settings.home / "logs" / "dagster-daemon.log"
    log.parent.mkdir(exist_ok=True)
    log.write_text(f"about {others[0]}\nabout {erased}\nabout {others[1]}\n")
    (settings.home / "older.tar.gz").touch()
    assert "discovery.asset" in tables_with(engine.database, CANARY)
    assert files_with(settings.home, CANARY)

    outcome = erasure.erase(engine.database, settings, rival)

    assert outcome.dagster["runs"] == 1
    assert outcome.dagster["events"] > 20
    assert outcome.store["session"] == 1
    assert (outcome.store["inbox_files"], outcome.store["tokens"]) == (1, 1)
    assert any("older.tar.gz" in sentence for sentence in outcome.left)
    assert tables_with(engine.database, CANARY) == []
    assert files_with(settings.home, CANARY) == []
    assert log.read_text() == f"about {others[0]}\nabout {others[1]}\n"
    (living,) = [each for each in tokens.listed(engine.database) if each.id == kept_token.id]
    assert living.scope.engagements == (neighbours[1].engagement,)
    words = re.compile(traces.pattern(rival))
    for place in (
        *tables_with(engine.database, str(rival)),
        *files_with(settings.home, str(rival)),
    ):
        text = place.read_text() if isinstance(place, Path) else contents(engine.database, place)
        assert not words.search(text), place
    keys = {finding.partition_key for finding in reconcile(engine)}
    for other in (session, *others):
        assert sessions.sessions(engine.database, other.engagement) != []
        assert other.partition_key not in keys


def test_the_name_of_an_erased_engagement_is_refused_until_somebody_lifts_that(
    engine, engagement, session, tmp_path
):
    settings = Settings()
    objects = ObjectStore(settings.objects)
    erasure.erase(engine.database, settings, engagement)
    file = table(tmp_path / "servers.csv", "web-01")
    with pytest.raises(EngagementErasedError, match=r"was erased on .*--lift"):
        sessions.register(engine.database, objects, engagement, [file])
    erasure.erase(engine.database, settings, engagement)  # again, as after a kill
    assert tombstones.remove(engine.database, engagement)
    assert not tombstones.remove(engine.database, engagement)
    again = sessions.register(engine.database, objects, engagement, [file])
    assert again.session == "s001"


def test_an_engagement_that_only_lies_in_the_inbox_can_be_erased(engine, engagement):
    settings = Settings()
    with pytest.raises(sessions.NoSuchSessionError):
        erasure.erase(engine.database, settings, engagement)
    folder = settings.inbox / engagement.client / engagement.engagement
    table(folder / "first" / "servers.csv", "web-01")
    erasure.erase(engine.database, settings, engagement)
    assert not folder.exists()


def test_an_inbox_that_cannot_be_emptied_is_named_and_all_else_is_erased(
    engine, engagement, session, monkeypatch
):
    settings = Settings()
    folder = settings.inbox / engagement.client / engagement.engagement
    table(folder / "first" / "servers.csv", "web-01")

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patched:
        patched.setattr(InboxFolder, "erase", refuse)
        outcome = erasure.erase(engine.database, settings, engagement)
    (sentence,) = outcome.undeleted
    assert f"{folder} could not be emptied (Permission denied)" in sentence
    assert sessions.sessions(engine.database, engagement) == []
    assert erasure.erase(engine.database, settings, engagement).store == {"inbox_files": 1}


def test_an_archived_engagement_leaves_the_partitions_and_comes_back(engine, engagement, session):
    engine.execute_here(session)
    engagements.archive(engine.database, engagement)
    show_sessions(engine.instance, [session], present=False)
    assert session.partition_key not in partitions(engine)
    assert len(sessions.sessions(engine.database, engagement)) == 1

    engagements.restore(engine.database, engagement)
    show_sessions(engine.instance, [session], present=True)
    assert session.partition_key in partitions(engine)


def partitions(engine):
    return engine.instance.get_dynamic_partitions(PARTITIONS_NAME)
