"""What was sent to a language model: every request of an engagement, written before it goes out."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from discovery_dagster.domain.keys import EngagementKey, SessionKey
from discovery_dagster.domain.proposals import Usage
from discovery_dagster.store.claims import Claim
from discovery_dagster.store.database import Database

_SENT = """
    insert into discovery.model_request (engagement, session, step, run_id, model, host, messages)
    values (%s, %s, %s, %s, %s, %s, %s) returning request
"""

_ANSWERED = """
    update discovery.model_request
    set status = %s, prompt_tokens = %s, completion_tokens = %s
    where engagement = %s and session = %s and request = %s
"""

_LISTED = """
    select session, at, step, model, host, messages, status, prompt_tokens, completion_tokens
    from discovery.model_request
    where engagement = %(engagement)s and (%(session)s::text is null or session = %(session)s)
    order by at, request
"""

_COST = """
    select count(*)::bigint as calls, coalesce(sum(prompt_tokens), 0)::bigint as prompt_tokens,
           coalesce(sum(completion_tokens), 0)::bigint as completion_tokens
    from discovery.model_request
    where engagement = %(engagement)s and session = %(session)s
      and (%(step)s::text is null or step = %(step)s)
"""


def sent(
    claim: Claim, step: str, model: str, host: str, messages: Sequence[Mapping[str, Any]]
) -> int:
    """Note a request that is about to be sent, and return its number.

    Raises:
        FencedError: when another run owns the session; nothing may be sent then.
    """
    session = claim.session
    with claim.database.writer(session.engagement) as connection:
        claim.check(connection)
        row = connection.execute(
            _SENT,
            [str(session.engagement), session.session, step, claim.run_id, model, host,
             json.dumps(messages)],
        ).fetchone()  # fmt: skip
    assert row is not None  # noqa: S101 - an insert returns its row
    return int(row["request"])


def answered(
    claim: Claim, request: int, status: int, prompt_tokens: int, completion_tokens: int
) -> None:
    """Note the status of the response to a request, and what it cost."""
    session = claim.session
    with claim.database.writer(session.engagement) as connection:
        connection.execute(
            _ANSWERED,
            [status, prompt_tokens, completion_tokens, str(session.engagement), session.session,
             request],
        )  # fmt: skip


def listed(
    database: Database, engagement: EngagementKey, session: str | None = None
) -> list[dict[str, Any]]:
    """Return the requests of an engagement, or of one of its sessions, the oldest first."""
    with database.reader([engagement]) as connection:
        values = {"engagement": str(engagement), "session": session}
        return [dict(row) for row in connection.execute(_LISTED, values)]


def cost(database: Database, session: SessionKey, step: str | None = None) -> Usage:
    """Return what the session has cost so far, or one of its steps."""
    with database.reader([session.engagement]) as connection:
        row = connection.execute(
            _COST,
            {"engagement": str(session.engagement), "session": session.session, "step": step},
        ).fetchone()
    assert row is not None  # noqa: S101 - an aggregate gives one row
    return Usage(**row)
