"""What people decided that endpoints are; the log keeps it.

Which sessions name an endpoint is known only once their relations are read, so a decision about one
is an input of every session of the engagement.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from discovery_dagster.domain.decisions.endpoints import MEANS, EndpointDecision, fold_endpoints
from discovery_dagster.domain.decisions.overrides import read_words
from discovery_dagster.domain.keys import EngagementKey, SessionKey
from discovery_dagster.store.database import Database
from discovery_dagster.store.decisions import log
from discovery_dagster.store.decisions.log import ENDPOINT, Decision, DecisionRequest

_KNOWN = """
    with dependency as (
        select * from discovery.dependency
        where engagement = %(engagement)s and session = %(session)s
    ), asset as (
        select * from discovery.asset
        where engagement = %(engagement)s and session = %(session)s
    )
    select source as endpoint from dependency where source_id is null
    union select target from dependency where target_id is null
    union select name from asset where named_only
    union select unnest(ip_addresses) from asset
    union select unnest(aliases) from asset
"""

_UNRESOLVED = """
    select source as endpoint from discovery.dependency
    where engagement = %(engagement)s and session = %(session)s and source_id is null
    union select target from discovery.dependency
    where engagement = %(engagement)s and session = %(session)s and target_id is null
"""


@dataclass(frozen=True)
class EndpointRequest:
    """What somebody wants decided about an endpoint: an asset's id or `EXTERNAL`."""

    endpoint: str
    means: str
    reason: str
    author: str
    origin: str = log.COMMAND


def decide(
    database: Database, session: SessionKey, requests: Sequence[EndpointRequest]
) -> list[EndpointDecision]:
    """Remember what endpoints are for the engagement of `session`, where it is decided.

    Returns:
        What was added; what holds already is not said again.

    Raises:
        InvalidOverrideError: when a reason or author cannot be; nothing is remembered then.
        EngagementArchivedError: when the engagement is archived.
    """
    called = subjects([request.endpoint for request in requests])
    named = [
        DecisionRequest(
            ENDPOINT,
            called[request.endpoint],
            request.endpoint,
            MEANS,
            request.means,
            None,
            read_words(request.reason, "reason"),
            read_words(request.author, "author"),
            request.origin,
        )
        for request in requests
    ]
    return [_decision(row) for row in log.add(database, session, named)]


def unresolved_endpoints(database: Database, session: SessionKey) -> list[str]:
    """Return the ends of a session's relations that are no assets, as written, in order."""
    with database.reader([session.engagement]) as connection:
        rows = connection.execute(
            _UNRESOLVED, {"engagement": str(session.engagement), "session": session.session}
        ).fetchall()
    return sorted(row["endpoint"] for row in rows if row["endpoint"] is not None)


def known(database: Database, session: SessionKey) -> set[str]:
    """Return what a decision can be about, folded: what the relations of a session may name.

    These are ends that are no assets, assets that relations alone name, and the addresses and
    aliases of the others. What a listed asset is called itself is none of them.
    """
    with database.reader([session.engagement]) as connection:
        rows = connection.execute(
            _KNOWN, {"engagement": str(session.engagement), "session": session.session}
        ).fetchall()
    folded = fold_endpoints(pl.Series([row["endpoint"] for row in rows], dtype=pl.String))
    return set(folded.drop_nulls())


def subjects(endpoints: Sequence[str]) -> dict[str, str]:
    """Return what the log calls each endpoint, whatever its case."""
    folded = fold_endpoints(pl.Series(list(endpoints), dtype=pl.String)).fill_null("")
    return dict(zip(endpoints, folded.to_list(), strict=True))


def in_force(database: Database, engagement: EngagementKey) -> list[EndpointDecision]:
    """Return the decisions about endpoints that hold now, in the order in which they were made."""
    rows = log.current(database, engagement)
    return [_decision(row) for row in rows if row.kind == ENDPOINT]


def _decision(row: Decision) -> EndpointDecision:
    assert row.value is not None  # noqa: S101 - what is in force, or was just added, has one
    return EndpointDecision(
        row.decision,
        row.name,
        row.value,
        row.reason,
        row.author,
        row.at,
        row.session,
        row.origin,
    )
