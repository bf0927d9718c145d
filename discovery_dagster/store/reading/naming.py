"""What a session has that names assets, as the domain resolves names against."""

from typing import Final

import polars as pl

from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.domain.tables import ATTRIBUTES, CLASSIFIED_ASSETS
from discovery_dagster.store.database import Database

_NAMING: Final = ("asset_id", "type", *(name for name in ATTRIBUTES if name != "custom"))


def named_assets(database: Database, session: SessionKey) -> pl.DataFrame:
    """Return the assets in the columns of `CLASSIFIED_ASSETS` that a name is resolved by."""
    with database.reader([session.engagement]) as connection:
        rows = connection.execute(
            f"select {', '.join(_NAMING)} from discovery.asset"
            " where engagement = %s and session = %s order by seq",
            [str(session.engagement), session.session],
        ).fetchall()
    return pl.DataFrame(rows, schema={name: CLASSIFIED_ASSETS[name] for name in _NAMING})


def served(database: Database, session: SessionKey) -> dict[str, set[str]]:
    """Return what serves each application, by its name in lower case; the application included."""
    with database.reader([session.engagement]) as connection:
        rows = connection.execute(
            "select lower(name) as name, application_id, memberships from discovery.application"
            " where engagement = %s and session = %s",
            [str(session.engagement), session.session],
        ).fetchall()
    return {
        row["name"]: {row["application_id"], *(one["asset_id"] for one in row["memberships"])}
        for row in rows
        if row["name"]
    }
