"""Finding assets of a session by their ids or names."""

from collections.abc import Collection
from dataclasses import dataclass

from discovery_dagster.domain.classification import sentences
from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.domain.names.directory import (
    AmbiguousAssetError,
    Directory,
    NoSuchAssetError,
    Row,
)
from discovery_dagster.store.database import Database

__all__ = [
    "AmbiguousAssetError",
    "Finder",
    "FoundAsset",
    "NoSuchAssetError",
    "before",
    "find",
    "owners",
]


@dataclass(frozen=True)
class FoundAsset:
    """An asset, as much as is needed to name it."""

    asset_id: str
    name: str
    type: str
    rationale: list[str]  # sentences
    named_only: bool = False  # whether relations alone name it


#: Assets that any of some texts may mean; host names and FQDNs are in lower case already.
_NAMED = """
    (asset_id = any (%(texts)s)
     or lower(name) in (select lower(text) from unnest(%(texts)s::text[]) as text)
     or hostname in (select lower(text) from unnest(%(texts)s::text[]) as text)
     or fqdn in (select lower(text) from unnest(%(texts)s::text[]) as text))
"""


def find(database: Database, session: SessionKey, named: str) -> FoundAsset:
    """Return the asset whose id, or else whose name, host name or FQDN in any case, is `named`.

    Raises:
        NoSuchAssetError: when there is none.
        AmbiguousAssetError: when several have the name.
    """
    return Finder(database, session, [named]).find(named)


class Finder:
    """Finds assets of a session by what may name them, all of them read at once."""

    def __init__(self, database: Database, session: SessionKey, texts: Collection[str]) -> None:
        """Read what `texts` may mean; others are not found."""
        self._session = session
        with database.reader([session.engagement]) as connection:
            rows = connection.execute(
                "select * from discovery.asset"
                f" where engagement = %(engagement)s and session = %(session)s and {_NAMED}",
                {
                    "texts": sorted(set(texts)),
                    "engagement": str(session.engagement),
                    "session": session.session,
                },
            ).fetchall()
        self._directory = Directory(rows)

    def find(self, named: str) -> FoundAsset:
        """Return the asset whose id or name is `named`.

        Raises:
            NoSuchAssetError: when there is none.
            AmbiguousAssetError: when several have the name.
        """
        row = self._directory.find(named, self._session)
        return FoundAsset(
            row["asset_id"], row["name"], row["type"], sentences(row), row["named_only"]
        )


def before(
    database: Database, session: SessionKey, texts: Collection[str]
) -> list[tuple[SessionKey, Directory]]:
    """Return what `texts` may mean in the sessions before `session`, the last of them first."""
    with database.reader([session.engagement]) as connection:
        rows = connection.execute(
            "select a.*, p.strategy from discovery.asset a"
            " left join discovery.plan_placement p using (engagement, session, asset_id)"
            " where a.engagement = %(engagement)s"
            f" and substr(a.session, 2)::int < %(ordinal)s and {_NAMED}"
            " order by substr(a.session, 2)::int desc",
            {
                "texts": sorted(set(texts)),
                "engagement": str(session.engagement),
                "ordinal": session.ordinal,
            },
        ).fetchall()
    by_session: dict[str, list[Row]] = {}
    for row in rows:
        by_session.setdefault(row["session"], []).append(row)
    return [
        (SessionKey.of(session.engagement, name), Directory(own))
        for name, own in by_session.items()
    ]


def owners(database: Database, session: SessionKey) -> dict[str, str]:
    """Return who runs each asset of a session, or else who owns it, by its id."""
    with database.reader([session.engagement]) as connection:
        rows = connection.execute(
            "select asset_id, coalesce(technical_owner, business_owner) as owner"
            " from discovery.asset where engagement = %s and session = %s"
            " and coalesce(technical_owner, business_owner) is not null",
            [str(session.engagement), session.session],
        ).fetchall()
    return {row["asset_id"]: row["owner"] for row in rows}
