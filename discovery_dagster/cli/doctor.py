"""`discovery doctor`: whether this home is well, a sentence for each thing that matters."""

import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, date, datetime

import typer

from discovery_dagster.cli.checks import Check, Status
from discovery_dagster.cli.dagster_checks import dagster_checks
from discovery_dagster.cli.errors import DONE, FAILED
from discovery_dagster.cli.options import AsJson
from discovery_dagster.cli.services import services_are_up
from discovery_dagster.cli.terminal import say, say_json
from discovery_dagster.defs.home import CONFIGURATION, configuration_file, configuration_gaps
from discovery_dagster.domain.state import has_no_process
from discovery_dagster.settings import Settings
from discovery_dagster.store import (
    claims,
    connection_budget,
    dagster_runs,
    notices,
    schema,
    sessions,
)
from discovery_dagster.store.database import Database, DatabaseError, open_database
from discovery_dagster.store.objects import object_store
from discovery_dagster.store.postgres_files import RELEASED, VERSION
from discovery_dagster.store.private_files import make_home, open_to_others

_GIB = 1 << 30

#: Free space below which imports soon fail, and below which they fail now.
_LITTLE_SPACE, _NO_SPACE = 5 * _GIB, 1 * _GIB

#: Partitions of an asset that Dagster recommends at most.
_MOST_PARTITIONS = 100_000

#: Days between two releases that mend a version of Postgres, with some to spare.
_POSTGRES_FIXES_DAYS = 120

_NEAR = 0.8  # of a limit


def doctor(as_json: AsJson = False) -> None:
    """Look at everything that a home needs; exit with 1 when something is wrong."""
    settings = Settings()
    checks = [*_folder_checks(settings), *_database_checks(settings)]
    if as_json:
        say_json({"checks": [asdict(check) for check in checks]})
    else:
        for check in checks:
            say(f"{check.status:8} {check.check:15} {check.message}")
    raise typer.Exit(FAILED if any(check.status == "wrong" for check in checks) else DONE)


def _folder_checks(settings: Settings) -> Iterator[Check]:
    objects = object_store(settings)
    where = objects.place.address()
    try:
        make_home(settings.home)
        objects.try_out()
    except OSError as error:
        yield Check("objects", "wrong", f"{where} cannot be written: {error.strerror}.")
        return
    yield Check("objects", "ok", f"{where} can be written.")
    yield _privacy(settings)
    free = shutil.disk_usage(settings.home).free
    status: Status = "ok"
    if free < _LITTLE_SPACE:
        status = "wrong" if free < _NO_SPACE else "warning"
    yield Check("disk", status, f"{free / _GIB:.1f} GiB are free for {settings.home}.")
    up = services_are_up(settings)
    yield Check("services", "ok", f"`discovery up` {'runs' if up else 'does not run'}.")


def _privacy(settings: Settings) -> Check:
    exposed = [str(path) for path in open_to_others(settings.home)]
    if not exposed:
        return Check("privacy", "ok", f"No other account can read {settings.home}.")
    return Check(
        "privacy",
        "warning",
        f"Other accounts of this machine may read {', '.join(exposed)}: `chmod -R go-rwx` takes"
        " that from them.",
    )


def _database_checks(settings: Settings) -> Iterator[Check]:
    try:
        with open_database(settings) as database:
            yield Check("postgres", "ok", f"Postgres {database.server_version} answers.")
            if settings.postgres_url is None:
                yield _age_of_postgres(datetime.now(UTC).date())
            yield _schema(database)
            yield connections_check(
                connection_budget.needed(settings), connection_budget.most(database)
            )
            yield notices_check(database)
            yield from _configuration(settings)
            yield from _runs(database)
            yield from dagster_checks(database, services_up=services_are_up(settings))
            yield from _sizes(settings, database)
    except DatabaseError as error:
        yield Check("postgres", "wrong", str(error))


def _schema(database: Database) -> Check:
    with database.connect() as connection:
        revision = schema.revision(connection)
    if revision == schema.head():
        return Check("schema", "ok", f"The schema is at its newest revision, {revision}.")
    return Check(
        "schema",
        "warning",
        f"The schema is at revision {revision}, of a newer version of Discovery than this one"
        f" ({schema.head()}): upgrade this one, too.",
    )


def _age_of_postgres(today: date) -> Check:
    """Say how old the embedded server is; who wants a newer one brings a server."""
    days = (today - RELEASED).days
    sentence = f"Postgres {VERSION}, which Discovery brings, was released on {RELEASED}"
    if days <= _POSTGRES_FIXES_DAYS:
        return Check("postgres age", "ok", f"{sentence}, {days} days ago.")
    return Check(
        "postgres age",
        "warning",
        f"{sentence}, {days} days ago, and Postgres publishes security fixes every three months:"
        " upgrade Discovery, or move to a newer server of your own by `discovery backup` and"
        " DISCOVERY_POSTGRES_URL (docs/operations.md).",
    )


def connections_check(needed: int, most: int) -> Check:
    """Compare the connections that all processes may hold at once with what the server takes."""
    sentence = f"Postgres takes {most} connections, and the services and runs hold {needed} at most"
    if needed <= most:
        return Check("connections", "ok", f"{sentence}.")
    return Check(
        "connections",
        "warning",
        f"{sentence}: lower DISCOVERY_MAX_RUNS or DISCOVERY_API_CONNECTIONS, or raise"
        " max_connections of the server.",
    )


def notices_check(database: Database) -> Check:
    """See whether the pages hear of changes as they happen."""
    try:
        notices.require(database)
    except notices.NotNotifiedError as error:
        return Check(
            "notices",
            "warning",
            f"{error} The pages look at a session that somebody follows every"
            f" {notices.WITHOUT:g} s instead.",
        )
    return Check("notices", "ok", "Postgres tells the pages of changes as they happen.")


def _configuration(settings: Settings) -> Iterator[Check]:
    file = configuration_file(settings)
    if not file.exists():
        yield Check("dagster.yaml", "ok", "Dagster has not been used in this home yet.")
        return
    try:
        gaps = configuration_gaps(settings)
    except (OSError, ValueError):
        yield Check("dagster.yaml", "wrong", f"{file} cannot be read as YAML.")
        return
    for setting, consequence in gaps.items():
        yield Check(
            "dagster.yaml",
            "warning",
            f"{file} lacks the project's {setting}: {consequence}. Take it from {CONFIGURATION}.",
        )
    if not gaps:
        yield Check("dagster.yaml", "ok", f"{file} has what recovery needs.")


def _runs(database: Database) -> Iterator[Check]:
    now, lost = datetime.now(UTC), 0
    for session, run in dagster_runs.under_way(database):
        if has_no_process(run, claim_held=claims.is_held(database, session), now=now):
            lost += 1
            message = f"Run {run.run_id} of {session} has lost its process: `discovery run`, or"
            yield Check("runs", "wrong", f"{message} `discovery up`, goes on with it.")
    if not lost:
        yield Check("runs", "ok", "Every run in progress has a live process.")


def _sizes(settings: Settings, database: Database) -> Iterator[Check]:
    live = sessions.live(database)
    limit = settings.max_sessions
    for engagement, length in Counter(session.engagement for session in live).items():
        if length >= _NEAR * limit:
            yield Check(
                "sessions",
                "warning",
                f"{engagement} has {length} of {limit} sessions: go on in another engagement, or"
                " raise DISCOVERY_MAX_SESSIONS.",
            )
    sentence = f"Dagster has {len(live)} partitions, of {_MOST_PARTITIONS} that it recommends"
    if len(live) >= _NEAR * _MOST_PARTITIONS:
        advice = "`discovery engagement archive` removes finished engagements from them"
        yield Check("partitions", "warning", f"{sentence}: {advice}.")
    else:
        yield Check("partitions", "ok", f"{sentence}.")
