"""Many engagements in one home beside few: what people and Dagster do all the time.

A thousand engagements of up to a hundred sessions each, in metadata: rows of sessions and
publications, partitions, and for one Dagster asset its materialisations. The files and rows of a
session do not matter here, since each query names its session.
"""

import asyncio
import itertools
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_graphql.schema import create_schema

from benchmarks.measure import cost, report
from discovery_dagster.defs import inbox, sensors
from discovery_dagster.defs.engine import Engine, open_engine
from discovery_dagster.defs.partitions import add_partition, show_sessions
from discovery_dagster.domain.keys import EngagementKey, SessionKey
from discovery_dagster.domain.steps import STEPS
from discovery_dagster.settings import Settings
from discovery_dagster.store import sessions
from discovery_dagster.store.database import open_database
from discovery_dagster.store.objects import ObjectStore
from discovery_dagster.store.states import states

FEW, MANY, LONGEST = 10, 1_000, 100

#: Every tenth engagement has a hundred sessions, the others 1 to 99.
_LENGTH = f"case when n %% 10 = 0 then {LONGEST} else 1 + n %% 99 end"

_FILL = (
    """
    insert into discovery.engagement (engagement, client)
    select format('client-%%s.move', n), format('client-%%s', n)
    from generate_series(%(first)s::int, %(last)s::int) n
    """,
    f"""
    insert into discovery.session (engagement, session)
    select format('client-%%s.move', n), 's' || lpad(s::text, 3, '0')
    from generate_series(%(first)s::int, %(last)s::int) n, generate_series(1, {_LENGTH}) s
    """,
    """
    insert into discovery.publication (engagement, session, step, publication, run_id, fence,
                                       code_version, inputs, counts, started_at, at)
    select engagement, session, step, md5(engagement || session || step), '', 1, '1', '{}', '{}',
           now(), now()
    from discovery.session, unnest(%(steps)s::text[]) step
    where split_part(engagement, '.', 1) = any (%(clients)s)
    """,
    # As Dagster writes one: the event itself is what a run of this benchmark has stored.
    """
    insert into event_logs (run_id, event, dagster_event_type, "timestamp", asset_key, partition)
    select run_id, event, dagster_event_type, "timestamp", asset_key, engagement || '|' || session
    from discovery.session,
         (select * from event_logs where dagster_event_type = 'ASSET_MATERIALIZATION' limit 1) one
    where split_part(engagement, '.', 1) = any (%(clients)s)
    """,
)

_UI = {
    "the keys": "partitionKeysByDimension {name partitionKeys}",
    "how many are materialised": "partitionStats {numMaterialized numPartitions}",
    "the status of every session": """assetPartitionStatuses {
        ... on DefaultPartitionStatuses {materializedPartitions failedPartitions}}""",
}


def run() -> None:
    """Print what each costs among many engagements, beside what it costs among few."""
    with _engine() as engine:
        fresh = itertools.count(1)
        _first_materialisation(engine)
        _fill(engine, 1, FEW)
        few = _costs(engine, fresh)
        started = time.perf_counter()
        _fill(engine, FEW + 1, MANY)
        filled = time.perf_counter() - started
        with engine.database.connect() as connection:
            row = connection.execute("select count(*) as n from discovery.session").fetchone()
        print(f"{MANY:,} engagements, {row['n'] if row else 0:,} sessions, made in {filled:.0f} s")
        many = _costs(engine, fresh)
    for name, (seconds, bound) in many.items():
        ratio = seconds / few[name][0]
        detail = f"{seconds * 1000:,.0f} ms / {few[name][0] * 1000:,.0f} ms"
        report(f"{name}: {MANY:,} engagements / {FEW}", ratio, bound, detail)


def _costs(engine: Engine, fresh: "itertools.count[int]") -> dict[str, tuple[float, str]]:
    """Seconds of each, and what is wanted of its ratio."""
    engagement = EngagementKey("client-10", "move")
    objects = ObjectStore(Settings().objects)
    database, instance = engine.database, engine.instance

    def add() -> SessionKey:
        key = sessions.register(database, objects, EngagementKey("fresh", f"e{next(fresh)}"), [])
        add_partition(instance, key)
        return key

    def tick(sensor: dg.SensorDefinition) -> None:
        with dg.build_sensor_context(instance=instance, cursor="begun") as context:
            sensor(context)

    def look_for_drops() -> None:
        with dg.build_sensor_context(instance=instance) as context:
            inbox.inbox_sensor(context)

    work: dict[str, tuple[Callable[[], object], str]] = {
        "adding a session": (add, "<= 1.5"),
        "adding a session and launching its run": (lambda: engine.submit(add()), "<= 1.5"),
        "status of an engagement of 100 sessions": (
            lambda: states(database, sessions.sessions(database, engagement)),
            "<= 1.5",
        ),
        "a look for lost runs": (lambda: tick(sensors.lost_runs_sensor), "<= 1.5"),
        "a look for drops": (look_for_drops, "<= 10"),
        **{
            f"UI: {name}": (lambda q=query: _ask(engine, q), "<= 377")  # as the sessions
            for name, query in _UI.items()
        },
    }
    return {name: (cost(do, rounds=5).wall, bound) for name, (do, bound) in work.items()}


def _ask(engine: Engine, fields: str) -> Any:
    """Execute a query of the Dagster UI's page of an asset, as its webserver does."""
    query = (
        f'{{assetNodeOrError(assetKey: {{path: ["inventory"]}}) {{... on AssetNode {{{fields}}}}}}}'
    )
    # A context of its own for each request: it keeps what it has looked up.
    context = engine.workspace.process_context.create_request_context()
    done = asyncio.run(create_schema().execute_async(query, context_value=context))
    if done.errors:
        raise RuntimeError(done.errors)
    return done.data


def _first_materialisation(engine: Engine) -> None:
    key = SessionKey(EngagementKey("client-0", "move"), 1)
    add_partition(engine.instance, key)
    engine.instance.report_runless_asset_event(
        dg.AssetMaterialization("inventory", partition=key.partition_key)
    )


def _fill(engine: Engine, first: int, last: int) -> None:
    numbers = range(first, last + 1)
    values = {
        "first": first,
        "last": last,
        "steps": [step.key for step in STEPS],
        "clients": [f"client-{number}" for number in numbers],
    }
    # As the server's superuser, whom policies do not bind: this fills many engagements at once.
    with engine.database.connect() as connection:
        for statement in _FILL:
            connection.execute(statement, values)
    with engine.database.connect(autocommit=True) as connection:
        connection.execute("analyze")
    show_sessions(engine.instance, sessions.live(engine.database), present=True)


@contextmanager
def _engine() -> Iterator[Engine]:
    before = dict(os.environ)
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        os.environ["DISCOVERY_HOME"] = str(Path(folder) / "home")
        os.environ.pop("DISCOVERY_POSTGRES_URL", None)
        try:
            settings = Settings()
            settings.inbox.mkdir(parents=True)
            with open_database(settings) as database, open_engine(settings, database) as engine:
                yield engine
        finally:
            os.environ.clear()
            os.environ.update(before)
