"""The asset that a command names."""

from typing import Annotated

import typer

from discovery_dagster.cli.requiring import require_sessions
from discovery_dagster.domain.keys import EngagementKey, SessionKey
from discovery_dagster.store import assets, sessions
from discovery_dagster.store.assets import FoundAsset, NoSuchAssetError
from discovery_dagster.store.database import Database

Where = Annotated[
    str | None,
    typer.Option(
        "--session", help="Where to look for the asset; by default the newest session that has it."
    ),
]


def find_asset(
    database: Database, engagement: EngagementKey, asset: str, session: str | None
) -> tuple[SessionKey, FoundAsset]:
    """The session that is named, or the newest that has the asset; and the asset."""
    if session is not None:
        key = SessionKey.of(engagement, session)
        sessions.find(database, key)
        return key, assets.find(database, key, asset)
    for row in reversed(require_sessions(database, engagement)):
        try:
            return row.session, assets.find(database, row.session, asset)
        except NoSuchAssetError:
            continue
    raise NoSuchAssetError(f"No session of {engagement} has an asset {asset!r}.")
