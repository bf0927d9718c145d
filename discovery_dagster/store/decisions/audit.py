"""Who decided what, when and from where: all logs of decisions of an engagement as one list.

Each kind of decision is kept where it belongs, in rows that are only added to or ended; this reads
them and keeps nothing.
"""

from dataclasses import dataclass
from datetime import datetime

from psycopg.rows import class_row

from discovery_dagster.domain.keys import EngagementKey
from discovery_dagster.store.database import Database
from discovery_dagster.store.decisions.log import COMMENT


@dataclass(frozen=True)
class Entry:
    """One thing that one person did; `after` is null where it takes something back.

    `about` is an asset, an endpoint, a column or `plan`; `field` is what of it was decided.
    """

    at: datetime
    author: str
    about: str
    field: str
    before: str | None
    after: str | None
    reason: str | None
    origin: str
    session: str | None  # where it was decided


_COMMAND = "'command line'"

#: Decisions about columns, grains, formats and words are the client's; listed are those made here.
_LOGS = f"""
    select at, author, name as about, field, before, value as after, reason, origin, session
    from discovery.decision where engagement = %(engagement)s
      and (%(comments)s or kind <> '{COMMENT}')
    union all
    select at, author, 'plan', kind, null, array_to_string(subject, ', '), reason, origin, null
    from discovery.plan_constraint where engagement = %(engagement)s
    union all
    select removed_at, removed_by, 'plan', kind, array_to_string(subject, ', '), null, null,
           coalesce(removed_from, {_COMMAND}), null
    from discovery.plan_constraint where engagement = %(engagement)s and removed_at is not null
    union all
    select at, author, array_to_string(assets, ', '), kind, null,
           array_to_string(identifiers, ', '), reason, origin, session
    from discovery.identity_decision where engagement = %(engagement)s
    union all
    select removed_at, removed_by, array_to_string(assets, ', '), kind,
           array_to_string(identifiers, ', '), null, null, coalesce(removed_from, {_COMMAND}),
           session
    from discovery.identity_decision where engagement = %(engagement)s and removed_at is not null
    union all
    select at, author, name, 'import', null, array_to_string(files, ', '), null, origin, null
    from discovery.upload where engagement = %(engagement)s
    union all
    select at, author, session, 'run', null, 'asked for', null, origin, session
    from discovery.run_request where engagement = %(engagement)s
    union all
    select at, author, session, 'stop', null, 'asked for', null, origin, session
    from discovery.stop_request where engagement = %(engagement)s
    union all
    select at, author, "column", 'column', null,
           case when accepted then field else 'not ' || field end, null, origin, session
    from discovery.mapping_decision
    where client = %(client)s and engagement = %(engagement)s and accepted is not null
    union all
    select at, author, "column", 'column', field, null, null, origin, session
    from discovery.mapping_decision
    where client = %(client)s and engagement = %(engagement)s and accepted is null
    union all
    select at, author, concat_ws(' / ', file, sheet), 'grain', null, grain, null, origin, session
    from discovery.grain_decision
    where client = %(client)s and engagement = %(engagement)s
    union all
    select at, author, format, 'format', null, case when text is null then null else 'taught' end,
           reason, origin, null
    from discovery.format_decision
    where client = %(client)s and engagement = %(engagement)s
    union all
    select at, author, word, field, null, meaning, reason, origin, null
    from discovery.word_decision
    where client = %(client)s and engagement = %(engagement)s
"""


def everything(
    database: Database,
    engagement: EngagementKey,
    most: int | None = None,
    *,
    comments: bool = True,
) -> list[Entry]:
    """Return what was decided in an engagement, newest first.

    `most` bounds how much of it; without `comments`, what the team noted is left out.
    """
    values = {
        "engagement": str(engagement),
        "client": engagement.client,
        "most": most,
        "comments": comments,
    }
    with (
        database.reader([engagement]) as connection,
        connection.cursor(row_factory=class_row(Entry)) as cursor,
    ):
        return cursor.execute(
            f"select * from ({_LOGS}) as logs order by at desc, about, field limit %(most)s",
            values,
        ).fetchall()
