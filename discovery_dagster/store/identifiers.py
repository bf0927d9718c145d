"""The engagement's identity register: which asset an identifier has come to mean."""

from collections.abc import Iterable

import polars as pl
from psycopg import sql

from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.store.bulk import copy_rows
from discovery_dagster.store.database import Database

_LOCK = "select pg_advisory_xact_lock(hashtextextended('discovery.identity ' || %s, 7301))"


def known(database: Database, session: SessionKey, identifiers: Iterable[str]) -> dict[str, str]:
    """Return the asset ids that the engagement already has for these identifiers."""
    with database.reader([session.engagement]) as connection:
        rows = connection.execute(
            "select identifier, asset_id from discovery.asset_identifier"
            " where engagement = %s and identifier = any (%s)",
            [str(session.engagement), list(identifiers)],
        ).fetchall()
    return {row["identifier"]: row["asset_id"] for row in rows}


def register(database: Database, session: SessionKey, identifiers: pl.DataFrame) -> None:
    """Register `identifier`, `asset_id` pairs; an identifier that is known keeps its asset.

    Ids are derived from engagement and identifier, so sessions that register side by side, or
    again after a kill, register the same.
    """
    staging = sql.Identifier("staging_identifier")
    with database.writer(session.engagement) as connection:
        connection.execute(_LOCK, [str(session.engagement)])
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
            "insert into discovery.asset_identifier (engagement, identifier, asset_id, session)"
            " select %s, identifier, asset_id, %s from staging_identifier order by identifier"
            " on conflict (engagement, identifier) do nothing",
            [str(session.engagement), session.session],
        )
