"""The state of flows with a language model: a current row a flow, its latest saves in figures.

Each save is fenced like a publication: whoever lost the session can save nothing more.
"""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.store.claims import Claim
from discovery_dagster.store.database import Database

#: Saves that are kept of a flow. They say how it went, not what it knows: that is in its state.
HISTORY = 50

_SAVE = """
    insert into discovery.flow_state (engagement, session, flow, step, state, calls, tokens)
    values (%(engagement)s, %(session)s, %(flow)s, %(step)s, %(state)s, %(calls)s, %(tokens)s)
    on conflict (engagement, session, flow) do update set
        state = excluded.state, calls = excluded.calls, tokens = excluded.tokens, at = now()
"""

_NOTE = """
    insert into discovery.flow_save
        (engagement, session, flow, method, run_id, batches_done, calls, tokens)
    values (%(engagement)s, %(session)s, %(flow)s, %(method)s, %(run_id)s, %(batches_done)s,
            %(calls)s, %(tokens)s)
"""

_FORGET = """
    delete from discovery.flow_save
    where engagement = %(engagement)s and session = %(session)s and flow = %(flow)s
      and save <= (
        select save from discovery.flow_save
        where engagement = %(engagement)s and session = %(session)s and flow = %(flow)s
        order by save desc offset %(history)s limit 1)
"""


def save(
    claim: Claim,
    flow: UUID,
    step: str,
    method: str,
    state: Mapping[str, Any],
    *,
    batches_done: int,
    calls: int,
    tokens: int,
) -> None:
    """Make `state` the current one of a flow of the claimed session.

    Raises:
        FencedError: when another run owns the session; nothing is saved then.
    """
    session = claim.session
    values = {
        "engagement": str(session.engagement),
        "session": session.session,
        "flow": flow,
        "step": step,
        "method": method,
        "run_id": claim.run_id,
        "state": json.dumps(state),
        "batches_done": batches_done,
        "calls": calls,
        "tokens": tokens,
        "history": HISTORY,
    }
    with claim.database.writer(session.engagement) as connection:
        claim.check(connection)
        for statement in (_SAVE, _NOTE, _FORGET):
            connection.execute(statement, values)


def load(database: Database, session: SessionKey, flow: UUID) -> dict[str, Any] | None:
    """Return the current state of a session's flow, None when it has none."""
    with database.reader([session.engagement]) as connection:
        row = connection.execute(
            "select state from discovery.flow_state"
            " where engagement = %s and session = %s and flow = %s",
            [str(session.engagement), session.session, flow],
        ).fetchone()
    return None if row is None else dict(row["state"])
