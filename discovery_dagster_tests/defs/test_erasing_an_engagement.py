"""After an engagement is erased, nothing of it is found in any table or file."""

from discovery_dagster.defs.partitions import PARTITIONS_NAME, show_sessions
from discovery_dagster.defs.reconciliation import reconcile
from discovery_dagster.settings import Settings
from discovery_dagster.store import dagster_erasure, engagements, sessions
from discovery_dagster.store.objects import ObjectStore
from discovery_dagster.store.sessions import IncomingFile

CANARY = "zq-canary"


def tables_with(database, text):
    """Every table of the database, Dagster's too, with a row that holds the text."""
    with database.connect() as connection:
        names = connection.execute(
            "select format('%I.%I', schemaname, tablename) as name from pg_tables"
            " where schemaname in ('public', 'discovery')"
        ).fetchall()
        return [
            row["name"]
            for row in names
            if connection.execute(
                f"select 1 from {row['name']} t where strpos(t::text, %s) > 0 limit 1", [text]
            ).fetchone()
        ]


def files_with(folder, text):
    return [
        path
        for path in folder.rglob("*")
        if path.is_file() and "postgres" not in path.parts and text.encode() in path.read_bytes()
    ]


def test_an_erased_engagement_is_nowhere_and_its_neighbour_untouched(
    engine, engagement, session, tmp_path
):
    settings = Settings()
    objects = ObjectStore(settings.objects)
    rival = type(engagement)("rival", engagement.engagement)
    path = tmp_path / "servers.csv"
    path.write_text(f"Hostname,OS,IP Address\n{CANARY}-01,Ubuntu 22.04,10.0.0.1\n,,\n")
    erased = sessions.register(engine.database, objects, rival, [IncomingFile("s.csv", path)])
    engine.execute_here(erased)
    engine.execute_here(session)
    assert "discovery.asset" in tables_with(engine.database, CANARY)
    assert files_with(settings.home, CANARY)

    dagster = dagster_erasure.erase(engine.database, rival, settings.dagster_home)
    store = engagements.erase(engine.database, objects, rival)

    assert dagster["runs"] == 1
    assert dagster["events"] > 20
    assert store["session"] == 1
    for text in (CANARY, str(rival)):
        assert tables_with(engine.database, text) == []
        assert files_with(settings.home, text) == []
    assert sessions.sessions(engine.database, engagement) != []
    keys = {finding.partition_key for finding in reconcile(engine)}
    assert session.partition_key not in keys


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
