"""Joining two assets into one, so that the next run does it, or refusing to.

What records declare is joined by what identifies it. What relations alone name has nothing but its
name: that becomes an alias of the other asset.
"""

from collections.abc import Sequence

from discovery_dagster.domain.decisions.identity import ALIAS, JOIN, IdentityDecision
from discovery_dagster.domain.errors import InvalidRequestError
from discovery_dagster.domain.keys import EngagementKey, SessionKey
from discovery_dagster.store.assets import FoundAsset
from discovery_dagster.store.database import Database
from discovery_dagster.store.decisions import aliases, identity, log
from discovery_dagster.store.decisions.log import COMMAND


class CannotJoinError(InvalidRequestError):
    """Assets that cannot be joined; the message is one sentence."""

    code = "cannot_join"


def join(
    database: Database,
    session: SessionKey,
    pair: Sequence[FoundAsset],
    reason: str,
    author: str,
    origin: str = COMMAND,
) -> IdentityDecision:
    """Remember that two assets are one thing.

    Args:
        database: the project's.
        session: that has both.
        pair: of its assets.
        reason: why.
        author: who decides.
        origin: where the decision comes from.

    Returns:
        What was decided; an `ALIAS` is kept among the aliases, by their numbers.

    Raises:
        CannotJoinError: when they are one already, or nothing identifies one of them.
    """
    first, second = pair
    if first.asset_id == second.asset_id:
        raise CannotJoinError(f"{first.name} and {second.name} are one asset already.")
    if first.named_only or second.named_only:
        kept, named = (first, second) if second.named_only else (second, first)
        return _name(database, session, kept, named, reason, author, origin)
    known = [identity.registered(database, session.engagement, one.asset_id) for one in pair]
    for one, identifiers in zip(pair, known, strict=True):
        if not identifiers:
            raise CannotJoinError(
                f"Nothing identifies {one.name} but a name that other assets share, so that no run"
                " could find it again: give its records a host name, a serial number or an id in"
                " their source, and import them."
            )
    names = [one.name for one in pair]
    identifiers = sorted({*known[0], *known[1]})
    return identity.add(database, session, JOIN, identifiers, names, reason, author, origin)


def are_joined(database: Database, engagement: EngagementKey, ids: Sequence[str]) -> bool:
    """Whether a decision in force says that these assets are one thing."""
    known = [set(identity.registered(database, engagement, each)) for each in ids]
    if not all(known):
        return False
    joins = [one for one in identity.current(database, engagement) if one.kind == JOIN]
    return any(set().union(*known) <= set(one.identifiers) for one in joins)


def were_joined_by(database: Database, engagement: EngagementKey, origin: str) -> bool:
    """Whether an alias in force comes from `origin`: what it joined is no asset any more."""
    decided = log.current(database, engagement)
    return any(each.kind == log.ENDPOINT and each.origin == origin for each in decided)


def _name(
    database: Database,
    session: SessionKey,
    kept: FoundAsset,
    named: FoundAsset,
    reason: str,
    author: str,
    origin: str,
) -> IdentityDecision:
    names = aliases.names_of(database, session, named.asset_id)
    try:
        added = aliases.add(database, session, kept, names, reason, author, origin)
    except aliases.InvalidAliasError as error:
        raise CannotJoinError(str(error)) from error
    if not added:
        raise CannotJoinError(f"{named.name} is an alias of {kept.name} already: run the session.")
    one = added[0]
    return IdentityDecision(
        one.decision, ALIAS, tuple(names), (kept.name, named.name), one.reason, one.author, one.at
    )
