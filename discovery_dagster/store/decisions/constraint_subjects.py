"""Resolves the names in a constraint against the newest plan of an engagement, before it is set.

What a person sets is either resolved here or refused: the key of a move group stands for the
assets that it has now, since groups are made and numbered anew with each plan, and a name that
means no asset would be remembered without effect.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from discovery_dagster.domain.decisions.constraints import (
    InvalidConstraintError,
    is_pattern,
    names_of,
)
from discovery_dagster.domain.keys import EngagementKey, SessionKey
from discovery_dagster.store.assets import AmbiguousAssetError, Finder, NoSuchAssetError
from discovery_dagster.store.database import Database

_NEWEST = """
    select session from discovery.publication
    where engagement = %s and step = 'migration_plan'
    order by substr(session, 2)::int desc limit 1
"""

#: The assets of each group, by a name that no other asset of the session has, or else by id.
_GROUPS = """
    select p."group", array_agg(case when a.bearers = 1 then a.name else a.asset_id end
                                order by a.name, a.asset_id) as assets
    from discovery.plan_placement p
    join (select *, count(*) over (partition by lower(name)) as bearers from discovery.asset
          where engagement = %(engagement)s and session = %(session)s) a
      using (engagement, session, asset_id)
    where p.engagement = %(engagement)s and p.session = %(session)s
      and p."group" = any (%(names)s)
    group by p."group"
"""


_FITTING = """
    select from discovery.asset
    where engagement = %(engagement)s and session = %(session)s
      and (lower(name) like %(pattern)s or hostname like %(pattern)s or fqdn like %(pattern)s)
    limit 1
"""


@dataclass(frozen=True)
class Subjects:
    """Values of a constraint that name assets alone, and the groups that were asked for."""

    values: tuple[str, ...]
    groups: tuple[str, ...] = ()
    session: SessionKey | None = None  # whose plan has the groups


def resolve(
    database: Database, engagement: EngagementKey, kind: str, values: tuple[str, ...]
) -> Subjects:
    """Replace groups by their assets, and require that every other name means one asset.

    Args:
        database: the project's.
        engagement: whose newest plan is looked at; where it has none, every name is taken.
        kind: of the constraint that is to be set.
        values: as `constraints.check` returns them.

    Raises:
        InvalidConstraintError: when a name means no asset, or several, or a pattern fits none.
    """
    newest = newest_planned(database, engagement)
    names = names_of(kind, values)
    if newest is None or not names:
        return Subjects(values)
    groups = _groups(database, newest, names)
    singles = [name for name in names if name not in groups and not is_pattern(name)]
    finder = Finder(database, newest, singles)
    try:
        for name in singles:
            finder.find(name)
    except (NoSuchAssetError, AmbiguousAssetError) as error:
        raise InvalidConstraintError(f"{kind}: {error}") from error
    for pattern in filter(is_pattern, names):
        if not _fits_any(database, newest, pattern):
            raise InvalidConstraintError(f"{kind}: {newest} has no asset that matches {pattern!r}.")
    assets = [asset for name in names for asset in groups.get(name, [name])]
    return Subjects((*assets, *values[len(names) :]), tuple(groups), newest if groups else None)


def newest_planned(database: Database, engagement: EngagementKey) -> SessionKey | None:
    """Return the newest session of the engagement that has a plan."""
    with database.reader([engagement]) as connection:
        row = connection.execute(_NEWEST, [str(engagement)]).fetchone()
    return SessionKey.of(engagement, row["session"]) if row else None


def _fits_any(database: Database, session: SessionKey, pattern: str) -> bool:
    escaped = re.sub(r"[\\%_]", r"\\\g<0>", pattern.lower())
    with database.reader([session.engagement]) as connection:
        row = connection.execute(
            _FITTING,
            {
                "engagement": str(session.engagement),
                "session": session.session,
                "pattern": escaped.replace("*", "%").replace("?", "_"),
            },
        ).fetchone()
    return row is not None


def _groups(database: Database, session: SessionKey, names: Sequence[str]) -> dict[str, list[str]]:
    with database.reader([session.engagement]) as connection:
        rows = connection.execute(
            _GROUPS,
            {
                "engagement": str(session.engagement),
                "session": session.session,
                "names": list(names),
            },
        ).fetchall()
    return {row["group"]: row["assets"] for row in rows}
