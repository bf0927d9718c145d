"""The shape of the partitions: engagement and session, two dynamic dimensions. Only here.

Dagster builds their whole cross product. Session keys are ordinals that all engagements share, so
the grid grows with the longest engagement, not with the number of sessions.
"""

from collections.abc import Sequence
from typing import Any

import dagster as dg

from discovery_dagster.domain.keys import EngagementKey, SessionKey


class Grid(dg.MultiPartitionsDefinition):
    """The whole cross product of engagements and sessions."""

    def get_partition_keys_in_range(
        self, partition_key_range: dg.PartitionKeyRange, dynamic_partitions_store: Any = None
    ) -> Sequence[dg.MultiPartitionKey]:
        """Return the cells from the first to the last; only where these differ are they looked up.

        Dagster asks for the cell of a run 82 times in eleven steps, with eight queries each. That
        it names a session is known by then: the claim of the run has asked the store.
        """
        cells: Sequence[str] = [partition_key_range.start]
        if partition_key_range.start != partition_key_range.end:
            cells = super().get_partition_keys_in_range(
                partition_key_range, dynamic_partitions_store
            )
        return [self.get_partition_key_from_str(cell) for cell in cells]


ENGAGEMENTS = dg.DynamicPartitionsDefinition(name="engagement")
SESSIONS = dg.DynamicPartitionsDefinition(name="session")
SESSION_PARTITIONS = Grid({"engagement": ENGAGEMENTS, "session": SESSIONS})

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
