"""Looking sessions up by client, engagement and session, beside few others and beside many."""

import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks.measure import cost, report
from discovery_dagster.domain.keys import EngagementKey, SessionKey
from discovery_dagster.settings import Settings
from discovery_dagster.store import sessions
from discovery_dagster.store.database import Database, open_database
from discovery_dagster.store.states import state

FEW, MANY = 100, 100_000
SESSIONS = 100  # of each engagement

_FILL_ENGAGEMENTS = """
insert into discovery.engagement (engagement, client)
select format('client-%%s.move', n), format('client-%%s', n)
from generate_series(%(first)s::int, %(last)s::int) n
"""
_FILL_SESSIONS = """
insert into discovery.session (engagement, session)
select format('client-%%s.move', n), 's' || lpad(s::text, 3, '0')
from generate_series(%(first)s::int, %(last)s::int) n, generate_series(1, %(sessions)s::int) s
"""


def run() -> None:
    """Print how much slower each look-up is among 100,000 sessions than among 100."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        with open_database(Settings(home=Path(folder))) as database:
            _fill(database, 1, FEW // SESSIONS)
            few = _costs(database)
            _fill(database, FEW // SESSIONS + 1, MANY // SESSIONS)
            many = _costs(database)
    for name, seconds in many.items():
        report(
            f"look-up by {name}: {MANY:,} sessions / {FEW}",
            seconds / few[name],
            "<= 1.5",
            f"{seconds * 1000:.1f} ms / {few[name] * 1000:.1f} ms",
        )


def _costs(database: Database) -> dict[str, float]:
    engagement = EngagementKey("client-1", "move")
    session = SessionKey(engagement, 50)
    lookups: dict[str, Callable[[], object]] = {
        "client": lambda: sessions.engagements(database, "client-1"),
        "engagement": lambda: sessions.sessions(database, engagement),
        "session, with its state": lambda: state(database, session),
    }
    return {name: cost(lookup, rounds=25).wall for name, lookup in lookups.items()}


def _fill(database: Database, first: int, last: int) -> None:
    values = {"first": first, "last": last, "sessions": SESSIONS}
    # As the server's superuser, whom policies do not bind: this fills many engagements at once.
    with database.connect() as connection:
        connection.execute(_FILL_ENGAGEMENTS, values)
        connection.execute(_FILL_SESSIONS, values)
    with database.connect(autocommit=True) as connection:
        connection.execute("analyze")
