"""A sensor for those who want no session to stay stale; it runs when somebody switches it on.

Stale is what other code, a decision or an earlier session has overtaken. What has failed or was
cancelled is for a person, and so is what nobody has run yet.
"""

import hashlib
from collections.abc import Iterator, Sequence

import dagster as dg

from discovery_dagster.defs.partitions import add_partition, session_tags
from discovery_dagster.defs.tick_database import tick_database
from discovery_dagster.domain.keys import EngagementKey, SessionKey
from discovery_dagster.domain.state import SessionState
from discovery_dagster.store import sessions
from discovery_dagster.store.states import states

#: Bounds of a look: runs that it requests, and sessions after which it looks no further. The next
#: one goes on with the engagement after the last.
_MOST_RUNS, _MOST_SESSIONS = 10, 500

_UNDER_WAY = ("queued", "running")


@dg.sensor(
    name="stale_sessions",
    job_name="session_job",
    minimum_interval_seconds=30,
    default_status=dg.DefaultSensorStatus.STOPPED,
    description="Runs stale sessions again: one per engagement at a time, in their order, and "
    f"{_MOST_RUNS} per tick.",
)
def stale_sessions_sensor(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
    """Request a run for the first stale session of each engagement in which nothing runs.

    The session after it is stale as well until that has ended, since it compares itself with it.
    What people import meanwhile waits for one run of this kind at most.
    """
    requests, cursor = [], context.cursor or ""
    with tick_database() as database:
        looked_at = 0
        for engagement in _turn(sessions.live_engagements(database), cursor):
            engagement_states = states(database, sessions.sessions(database, engagement))
            if (state := first_stale(engagement_states)) is not None:
                requests.append(_request(context.instance, state))
            cursor, looked_at = str(engagement), looked_at + len(engagement_states)
            if len(requests) >= _MOST_RUNS or looked_at >= _MOST_SESSIONS:
                break
    return dg.SensorResult(
        run_requests=requests,
        skip_reason=None if requests else f"None of {looked_at} sessions is stale and free to run.",
        cursor=cursor,
    )


def first_stale(engagement: Sequence[SessionState]) -> SessionState | None:
    """The session of an engagement that is run next; None while one is under way.

    Args:
        engagement: the states of its sessions, in their order.
    """
    if any(state.status in _UNDER_WAY for state in engagement):
        return None
    return next((state for state in engagement if state.status == "stale"), None)


def _turn(engagements: Sequence[EngagementKey], last: str) -> Iterator[EngagementKey]:
    """All of them once, those after the `last` one first."""
    yield from (key for key in engagements if str(key) > last)
    yield from (key for key in engagements if str(key) <= last)


def _request(instance: dg.DagsterInstance, state: SessionState) -> dg.RunRequest:
    """Request a run under a key that is another when anything was published since.

    So a run that leaves its session as stale as it was is not requested again, and what goes stale
    after a run has ended is.
    """
    session = SessionKey.parse(state.partition_key)
    add_partition(instance, session)
    published = repr([step.publication for step in state.steps]).encode()
    return dg.RunRequest(
        run_key=f"{session}:{hashlib.sha256(published).hexdigest()[:16]}",
        partition_key=session.partition_key,
        tags=session_tags(session),
    )
