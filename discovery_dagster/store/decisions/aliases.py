"""Aliases that people give to assets: names that endpoints and relations may use for them.

An alias is a decision of what an endpoint is, so the log keeps it as one.
"""

from collections.abc import Sequence
from typing import Any

from discovery_dagster.domain.decisions.endpoints import EXTERNAL, EndpointDecision, is_address
from discovery_dagster.domain.errors import InvalidRequestError
from discovery_dagster.domain.keys import EngagementKey, SessionKey
from discovery_dagster.store.assets import AmbiguousAssetError, Finder, FoundAsset, NoSuchAssetError
from discovery_dagster.store.database import Database
from discovery_dagster.store.decisions import endpoints, log
from discovery_dagster.store.decisions.endpoints import EndpointRequest
from discovery_dagster.store.decisions.log import COMMAND, Decision, NoSuchDecisionError

#: The name of each asset in the newest session that has it.
_NAMES = """
    select distinct on (asset_id) asset_id, name from discovery.asset
    where engagement = %s and asset_id = any (%s)
    order by asset_id, substr(session, 2)::int desc
"""
_OWN_NAMES = """
    select name, fqdn, hostname from discovery.asset
    where engagement = %s and session = %s and asset_id = %s
"""


class InvalidAliasError(InvalidRequestError):
    """A name that cannot be an alias; the message is one sentence."""

    code = "invalid_alias"


def add(
    database: Database,
    session: SessionKey,
    asset: FoundAsset,
    names: Sequence[str],
    reason: str,
    author: str,
    origin: str = COMMAND,
) -> list[EndpointDecision]:
    """Remember for the engagement of `session` that `names` mean `asset`.

    Returns:
        What was added; what holds already is not said again.

    Raises:
        InvalidAliasError: when a name is none, an address, or the name of a listed asset.
        InvalidOverrideError: when the reason or author cannot be; nothing is remembered then.
        EngagementArchivedError: when the engagement is archived.
    """
    finder = Finder(database, session, names)
    for name in names:
        _check(finder, asset, name)
    requests = [EndpointRequest(name, asset.asset_id, reason, author, origin) for name in names]
    return endpoints.decide(database, session, requests)


def names_of(database: Database, session: SessionKey, asset_id: str) -> list[str]:
    """Return the names by which relations mean an asset that they alone name.

    Its host name is one of them where no other asset of the session answers to it.
    """
    with database.reader([session.engagement]) as connection:
        row = connection.execute(
            _OWN_NAMES, [str(session.engagement), session.session, asset_id]
        ).fetchone()
    assert row is not None  # noqa: S101 - the asset was found
    name, *others = dict.fromkeys(text for text in row.values() if text)
    finder = Finder(database, session, others)
    return [name, *(other for other in others if _means(finder, other, asset_id))]


def current(database: Database, engagement: EngagementKey) -> list[dict[str, Any]]:
    """Return the aliases in force: `number, name, asset_id, asset, reason, author, at`."""
    aliases = [
        each
        for each in endpoints.in_force(database, engagement)
        if each.means != EXTERNAL and not is_address(each.endpoint)
    ]
    with database.reader([engagement]) as connection:
        rows = connection.execute(
            _NAMES, [str(engagement), [each.means for each in aliases]]
        ).fetchall()
    names = {row["asset_id"]: row["name"] for row in rows}
    return [
        {
            "number": each.decision,
            "name": each.endpoint,
            "asset_id": each.means,
            "asset": names.get(each.means),
            "reason": each.reason,
            "author": each.author,
            "at": each.at,
        }
        for each in aliases
    ]


def remove(
    database: Database, engagement: EngagementKey, number: int, reason: str, author: str
) -> Decision:
    """Take an alias back.

    Raises:
        NoSuchDecisionError: when no alias of this number is in force.
        EngagementArchivedError: when the engagement is archived.
    """
    if number not in {row["number"] for row in current(database, engagement)}:
        raise NoSuchDecisionError(f"{engagement} has no alias {number} in force.")
    return log.take_back(database, engagement, number, reason, author)


def _check(finder: Finder, asset: FoundAsset, name: str) -> None:
    if not name.strip(" ."):
        raise InvalidAliasError("An alias needs at least one letter or digit.")
    if is_address(name):
        raise InvalidAliasError(
            f"{name} is an address, not a name: say what it is on the sheet Endpoints of the"
            " decisions workbook."
        )
    try:
        holder = finder.find(name)
    except NoSuchAssetError:
        return
    except AmbiguousAssetError as error:
        raise InvalidAliasError(f"{name} is the name of several assets already.") from error
    if holder.asset_id == asset.asset_id:
        raise InvalidAliasError(f"{name} is a name of {asset.name} already.")
    if not holder.named_only:
        raise InvalidAliasError(
            f"{name} is the name of another listed asset: if the two are the same asset, join them"
            " with `discovery identity join`."
        )


def _means(finder: Finder, name: str, asset_id: str) -> bool:
    try:
        return finder.find(name).asset_id == asset_id
    except AmbiguousAssetError:
        return False
