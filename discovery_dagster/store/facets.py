"""How many assets of a session have which values, counted when they are published.

Kept by combination of all facets, so that what is filtered by some is counted from it, too.
"""

import psycopg
from psycopg.rows import DictRow

from discovery_dagster.domain.keys import SessionKey

#: Fields of the inventory whose values are counted.
FACETS = (
    "type", "environment", "criticality", "tier", "os_family", "eol_status", "location", "wave",
)  # fmt: skip

#: The steps whose publication changes the counts.
COUNTED = frozenset({"classified_assets", "migration_plan"})

_COLUMNS = ", ".join("p.wave::text" if name == "wave" else f"r.{name}" for name in FACETS)


def by_combination(where: str, assets: str = "discovery.asset") -> str:
    """Return the query that counts by combination those `assets`, as `r`, for which `where` holds.

    Args:
        where: a condition.
        assets: a table or query in brackets.
    """
    return f"""
        select {_COLUMNS}, count(*) as assets
        from {assets} r
        left join discovery.plan_placement p
          on p.engagement = r.engagement and p.session = r.session and p.asset_id = r.asset_id
        where {where} group by {_COLUMNS}
    """


def count_again(connection: psycopg.Connection[DictRow], session: SessionKey) -> None:
    """Count the session's assets, in the transaction that has written them."""
    keys = {"engagement": str(session.engagement), "session": session.session}
    connection.execute(
        "delete from discovery.asset_facet"
        " where engagement = %(engagement)s and session = %(session)s",
        keys,
    )
    # Postgres knows nothing of the rows of this transaction, and would compare them pair by pair:
    # 2.7 s at 3,000 assets, 3 ms with the join by hash that is left to it.
    connection.execute("set local enable_nestloop = off")
    counted = by_combination("r.engagement = %(engagement)s and r.session = %(session)s")
    connection.execute(
        f"insert into discovery.asset_facet (engagement, session, seq, {', '.join(FACETS)}, assets)"
        " select %(engagement)s, %(session)s, row_number() over (), counted.*"
        f" from ({counted}) as counted",
        keys,
    )
