"""Finding one asset of a session by its id or its name."""

from dataclasses import dataclass

from discovery_dagster.domain.classification import sentences
from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.store.database import Database


@dataclass(frozen=True)
class FoundAsset:
    """An asset, as much as is needed to name it."""

    asset_id: str
    name: str
    type: str
    rationale: list[str]  # sentences
    named_only: bool = False  # whether relations alone name it


class NoSuchAssetError(LookupError):
    """No asset of this id or name; the message is one sentence."""


class AmbiguousAssetError(LookupError):
    """Several assets have the name; the message lists them."""


def find(database: Database, session: SessionKey, named: str) -> FoundAsset:
    """Return the asset whose id, or else whose name, host name or FQDN in any case, is `named`.

    Raises:
        NoSuchAssetError: when there is none.
        AmbiguousAssetError: when several have the name.
    """
    with database.reader([session.engagement]) as connection:
        rows = connection.execute(
            "select *,"
            " case when asset_id = %(named)s then 0 when name = %(named)s then 1"
            " when lower(name) = lower(%(named)s) then 2 else 3 end as rank"
            " from discovery.asset where engagement = %(engagement)s and session = %(session)s"
            " and (asset_id = %(named)s or lower(name) = lower(%(named)s)"
            " or hostname = lower(%(named)s) or fqdn = lower(%(named)s))"
            " order by rank, asset_id",
            {
                "named": named,
                "engagement": str(session.engagement),
                "session": session.session,
            },
        ).fetchall()
    ranks = [row.pop("rank") for row in rows]
    best = [row for row, rank in zip(rows, ranks, strict=True) if rank == ranks[0]]
    if not best:
        raise NoSuchAssetError(f"{session} has no asset {named!r}.")
    if len(best) > 1:
        candidates = "; ".join(f"{row['asset_id']} ({row['name']}, {row['type']})" for row in best)
        raise AmbiguousAssetError(f"{named!r} is several assets, name one by its id: {candidates}.")
    asset = best[0]
    return FoundAsset(
        asset["asset_id"], asset["name"], asset["type"], sentences(asset), asset["named_only"]
    )
