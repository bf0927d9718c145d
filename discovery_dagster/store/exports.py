"""What a session's published tables say, as rows for people and programs.

The lists are those of the API and the pages. Each is ordered completely, and none mentions a run or
a moment (`publications` apart), so that the same import gives the same bytes.
"""

from collections.abc import Mapping
from typing import Any

from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.store.database import Database
from discovery_dagster.store.reading import assets, listing, lists
from discovery_dagster.store.reading.listing import Listing

Rows = list[dict[str, Any]]

LISTINGS: Mapping[str, Listing] = {
    each.name: each
    for each in (
        lists.FILES,
        lists.MAPPING,
        lists.WORDS,
        lists.PROPOSALS,
        lists.ISSUES,
        lists.REJECTS,
        assets.ASSETS,
        lists.DEPENDENCIES,
        lists.GROUPS,
        lists.WAVES,
        lists.APPLICATIONS,
        lists.INTERFACES,
        lists.READINESS,
        lists.ENDPOINTS,
        lists.CYCLES,
        lists.COVERAGE,
        lists.CONFLICTS,
        lists.CHANGES,
        lists.NODES,
        lists.PUBLICATIONS,
    )
}


def rows(database: Database, session: SessionKey, table: str) -> Rows:
    """Return all rows of one of the `LISTINGS` for a session.

    Raises:
        KeyError: when there is no such table.
    """
    return listing.every(database, session, LISTINGS[table])


def graph(database: Database, session: SessionKey) -> dict[str, Rows]:
    """Return the session's dependency graph: `nodes`, and the resolved `edges` between them."""
    edges = [row for row in rows(database, session, "dependencies") if row["resolved"]]
    return {"nodes": rows(database, session, "nodes"), "edges": edges}
