"""The shape of the partitions: engagement and session, two dynamic dimensions. Only here.

Dagster builds their whole cross product. Session keys are ordinals that all engagements share, so
the grid grows with the longest engagement, not with the number of sessions.
"""

import dagster as dg

from discovery_dagster.domain.keys import EngagementKey, SessionKey

ENGAGEMENTS = dg.DynamicPartitionsDefinition(name="engagement")
SESSIONS = dg.DynamicPartitionsDefinition(name="session")
SESSION_PARTITIONS = dg.MultiPartitionsDefinition({"engagement": ENGAGEMENTS, "session": SESSIONS})

PARTITION_TAG = "dagster/partition"
#: Steps, with commas between, that the run makes anew with what is below them, current or not.
FORCE_TAG = "discovery/force"


def add_partition(instance: dg.DagsterInstance, session: SessionKey) -> None:
    """Make the session's cell of the grid known. Known already is no error.

    All ordinals up to the session's are added, so that they stand in their order.
    """
    instance.add_dynamic_partitions("engagement", [str(session.engagement)])
    if not instance.has_dynamic_partition("session", session.session):
        ordinals = [f"s{number:03d}" for number in range(1, session.ordinal + 1)]
        instance.add_dynamic_partitions("session", ordinals)


def run_tags(session: SessionKey) -> dict[str, str]:
    """Tags by which every run of the session is found."""
    return {
        PARTITION_TAG: session.partition_key,
        f"{PARTITION_TAG}/engagement": str(session.engagement),
        f"{PARTITION_TAG}/session": session.session,
        **session_tags(session),
    }


def session_tags(session: SessionKey) -> dict[str, str]:
    """Those of its tags that Dagster does not derive from the partition."""
    return {
        "discovery/client": session.engagement.client,
        "discovery/engagement": str(session.engagement),
        "discovery/session": session.partition_key,
    }


def show_engagement(
    instance: dg.DagsterInstance, engagement: EngagementKey, *, present: bool
) -> None:
    """Put an engagement into the grid, or take it out; what Dagster recorded of it stays."""
    if present:
        instance.add_dynamic_partitions("engagement", [str(engagement)])
    else:
        instance.delete_dynamic_partition("engagement", str(engagement))
