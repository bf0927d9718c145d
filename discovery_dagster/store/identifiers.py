"""The engagement's identity register: which asset an identifier has come to mean."""

from collections.abc import Callable, Mapping
from typing import Final

import polars as pl
from psycopg import Connection, sql
from psycopg.rows import DictRow

from discovery_dagster.domain.identity import Inventory
from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.store.bulk import copy_rows
from discovery_dagster.store.database import Database

#: A register that has no more identifiers than so many for each record is read whole. To find those
#: that 57,000 records may be known by takes 1 s of processor time, to read 117,000 of them 0.1 s.
_READ_WHOLE: Final = 10

_IDENTIFIERS = "select identifier, asset_id from discovery.asset_identifier where engagement = %s"

#: The same as arrays of 10,000: a row each took this process seven times as long.
_ARRAYS: Final = f"""
select array_agg(identifier) as identifier, array_agg(asset_id) as asset_id
from (select *, (row_number() over () - 1) / 10000 as part from ({_IDENTIFIERS}) as registered)
  as numbered
group by part
"""

_REGISTERED: Final = {"identifier": pl.String, "asset_id": pl.String}

#: Nobody else registers meanwhile, so what is known is left out by a join; `on conflict` took twice
#: as long, since it writes each row on probation.
_INSERT: Final = """
insert into discovery.asset_identifier (engagement, identifier, asset_id, session)
select distinct on (identifier) %(engagement)s, identifier, asset_id, %(session)s
from staging_identifier new
where not exists (
  select from discovery.asset_identifier known
  where known.engagement = %(engagement)s and known.identifier = new.identifier
)
order by identifier
"""

_LOCK = "select pg_advisory_xact_lock(hashtextextended('discovery.identity ' || %s, 7301))"


def assign_ids(
    database: Database,
    session: SessionKey,
    records: int,
    candidates: Callable[[], pl.Series],
    resolve: Callable[[Mapping[str, str]], Inventory],
) -> Inventory:
    """Resolve with the ids that the register knows, and register those that are new.

    The lock of the engagement is held only while registering: where another session has registered
    something meanwhile, that may be what this one calls otherwise, and it is resolved again.

    Args:
        database: with the register.
        session: that is resolved.
        records: how many are resolved.
        candidates: returns the identifiers by which `resolve` may look assets up; only called where
            far more are registered than so many records can have.
        resolve: makes the inventory from the asset ids that are known by identifier: those of the
            candidates, or all.
    """
    while True:
        size, known = _known(database, session, records, candidates)
        inventory = resolve(known)
        new = inventory.identifiers.filter(~pl.col("identifier").is_in(list(known)))
        if _register(database, session, new, size):
            return inventory


def _known(
    database: Database, session: SessionKey, records: int, candidates: Callable[[], pl.Series]
) -> tuple[int, dict[str, str]]:
    """How many identifiers are registered, and the asset ids of the candidates, or of all."""
    with database.reader([session.engagement]) as connection:
        size = _size(connection, session)  # read first: what comes in between is noticed
        if size == 0:
            return size, {}
        if size <= _READ_WHOLE * records:
            return size, dict(_read_whole(connection, session).iter_rows())
        rows = connection.execute(
            f"{_IDENTIFIERS} and identifier = any (%s)",
            [str(session.engagement), candidates().to_list()],
        ).fetchall()
    return size, {row["identifier"]: row["asset_id"] for row in rows}


def _read_whole(connection: Connection[DictRow], session: SessionKey) -> pl.DataFrame:
    with connection.cursor(binary=True) as cursor:
        parts = cursor.execute(_ARRAYS, [str(session.engagement)]).fetchall()
    return pl.concat(pl.DataFrame(part, schema=_REGISTERED) for part in parts)


def _register(
    database: Database, session: SessionKey, identifiers: pl.DataFrame, size: int
) -> bool:
    """Register new rows `identifier, asset_id`, unless the register has not the size that it had.

    An identifier that is known keeps its asset, and is never taken out while its engagement lives.
    """
    staging = sql.Identifier("staging_identifier")
    with database.writer(session.engagement) as connection:
        connection.execute(_LOCK, [str(session.engagement)])
        if _size(connection, session) != size:
            return False
        connection.execute(
            "create temp table staging_identifier (identifier text, asset_id text) on commit drop"
        )
        copy_rows(
            connection,
            staging,
            ["identifier", "asset_id"],
            identifiers.select("identifier", "asset_id"),
        )
        connection.execute(
            _INSERT, {"engagement": str(session.engagement), "session": session.session}
        )
    return True


def _size(connection: Connection[DictRow], session: SessionKey) -> int:
    counted = connection.execute(
        "select count(*) as size from discovery.asset_identifier where engagement = %s",
        [str(session.engagement)],
    ).fetchone()
    return int(counted["size"]) if counted else 0
