"""Resolves the names in a constraint against the newest plan of an engagement, before it is set.

What a person sets is either resolved here or refused: the id or name of a move group stands for
the assets that it has now, since a group may be another one after what is set, and a name that
means no asset would be remembered without effect. What applications, environments and patterns mean
is looked up again in each plan; what they mean now is said at once.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from discovery_dagster.domain.decisions.constraints import (
    APPLICATION,
    ENVIRONMENT,
    KINDS,
    InvalidConstraintError,
    environment_of,
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
    select g.asked as "group", array_agg(case when a.bearers = 1 then a.name else a.asset_id end
                                order by a.name, a.asset_id) as assets
    from (select distinct on (asked) asked, "group"
          from unnest(%(names)s::text[]) as asked
          join discovery.plan_group on "group" = asked or lower(name) = lower(asked)
          where engagement = %(engagement)s and session = %(session)s
          order by asked, "group" = asked desc, "group") g
    join discovery.plan_placement p on p."group" = g."group"
    join (select *, count(*) over (partition by lower(name)) as bearers from discovery.asset
          where engagement = %(engagement)s and session = %(session)s) a
      using (engagement, session, asset_id)
    where p.engagement = %(engagement)s and p.session = %(session)s
    group by g.asked
"""


#: The assets that patterns fit, and what serves an application or is in an environment.
_FITTING = """
    select a.name from discovery.asset a
    where a.engagement = %(engagement)s and a.session = %(session)s
      and (lower(a.name) like %(pattern)s or a.hostname like %(pattern)s or a.fqdn like %(pattern)s)
    order by a.seq
"""
_IN_ENVIRONMENT = """
    select a.name from discovery.asset a
    where a.engagement = %(engagement)s and a.session = %(session)s
      and a.environment = %(environment)s
    order by a.seq
"""
_SERVING = """
    select a.name from discovery.asset a
    where a.engagement = %(engagement)s and a.session = %(session)s
      and (a.asset_id in (
             select m ->> 'asset_id' from discovery.application p,
                    jsonb_array_elements(p.memberships) as m
             where p.engagement = %(engagement)s and p.session = %(session)s
               and lower(p.name) = %(application)s
             union all
             select p.application_id from discovery.application p
             where p.engagement = %(engagement)s and p.session = %(session)s
               and lower(p.name) = %(application)s)
           or exists (select from unnest(a.applications) as listed
                      where lower(listed) = %(application)s))
    order by a.seq
"""


@dataclass(frozen=True)
class Subjects:
    """Values of a constraint that name assets alone, and the groups that were asked for.

    `matches` are the names of the assets that each other name means that stands for several.
    """

    values: tuple[str, ...]
    groups: tuple[str, ...] = ()
    matches: Mapping[str, Sequence[str]] = field(default_factory=dict)
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
    matches = {name: _fitting(database, newest, name) for name in filter(is_pattern, names)}
    for pattern, fitting in matches.items():
        if not fitting:
            raise InvalidConstraintError(f"{kind}: {newest} has no asset that matches {pattern!r}.")
    assets = tuple(asset for name in names for asset in groups.get(name, [name]))
    leading = KINDS[kind].leading
    resolved = (*values[:leading], *assets, *values[leading + len(names) :])
    return Subjects(resolved, tuple(groups), matches, newest if groups or matches else None)


def newest_planned(database: Database, engagement: EngagementKey) -> SessionKey | None:
    """Return the newest session of the engagement that has a plan."""
    with database.reader([engagement]) as connection:
        row = connection.execute(_NEWEST, [str(engagement)]).fetchone()
    return SessionKey.of(engagement, row["session"]) if row else None


def _fitting(database: Database, session: SessionKey, name: str) -> list[str]:
    """The names of the assets that one name means which stands for several."""
    keys = {"engagement": str(session.engagement), "session": session.session}
    if name.startswith(ENVIRONMENT):
        query, given = _IN_ENVIRONMENT, {"environment": environment_of(name)}
    elif name.startswith(APPLICATION):
        given = {"application": name.removeprefix(APPLICATION).strip().lower()}
        query = _SERVING
    else:
        escaped = re.sub(r"[\\%_]", r"\\\g<0>", name.lower())
        query, given = _FITTING, {"pattern": escaped.replace("*", "%").replace("?", "_")}
    with database.reader([session.engagement]) as connection:
        rows = connection.execute(query, {**keys, **given}).fetchall()
    return [row["name"] or "without a name" for row in rows]


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
