"""How often somebody has asked in a period of time, as all replicas of the read API counted it."""

from dataclasses import dataclass

from discovery_dagster.store.database import Database

_ADD = """
with added as (
    insert into discovery.request_count as counted (who, period, requests, ends_at)
    values (%(who)s, %(period)s, %(requests)s, to_timestamp((%(period)s + 2) * %(seconds)s))
    on conflict (who, period) do update set requests = counted.requests + excluded.requests
    returning requests
)
select requests as current,
       coalesce((select requests from discovery.request_count
                 where who = %(who)s and period = %(period)s - 1), 0) as previous
from added
"""

_FORGET = "delete from discovery.request_count where ends_at < now()"


@dataclass(frozen=True)
class RequestCounts:
    """Requests in a period, and in the one before it."""

    current: int
    previous: int


def add(database: Database, who: str, period: int, seconds: int, requests: int) -> RequestCounts:
    """Add requests to what was counted, and return what all replicas have counted.

    Args:
        database: that they share.
        who: asked.
        period: its number since 1970; each lasts `seconds`.
        seconds: that a period lasts.
        requests: that were made since the last call; 0 only looks.
    """
    values = {"who": who, "period": period, "seconds": seconds, "requests": requests}
    with database.gatekeeper() as connection:
        row = connection.execute(_ADD, values).fetchone()
    assert row is not None  # noqa: S101 - the statement returns one row
    return RequestCounts(row["current"], row["previous"])


def forget(database: Database) -> None:
    """Delete the counts that limit nobody any more."""
    with database.gatekeeper() as connection:
        connection.execute(_FORGET)
