"""How many connections to Postgres each service holds at once, at most."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

#: Seconds between two looks.
_INTERVAL = 0.25

_HELD = """
select application_name as name, count(*) as held from pg_stat_activity
where datname = current_database() and pid <> pg_backend_pid() group by 1
"""


@contextmanager
def counted(administrator: str) -> Iterator[Counter[str]]:
    """Count for as long as the block takes; the counter has the most of each service at its end."""
    most: Counter[str] = Counter()
    over = threading.Event()

    def look() -> None:
        with psycopg.connect(administrator, autocommit=True) as connection:
            while not over.wait(_INTERVAL):
                for name, held in connection.execute(_HELD):
                    most[name] = max(most[name], held)

    looking = threading.Thread(target=look, daemon=True)
    looking.start()
    try:
        yield most
    finally:
        over.set()
        looking.join()
