"""The shape of the partitions: one dynamic dimension, whose keys name engagement and session.

Only here. A key such as `acme.dc-exit|s001` exists for each session and for nothing else, so that
what Dagster calls missing, failed or unsynced is.
"""

from collections.abc import Iterable, Sequence

import dagster as dg

from discovery_dagster.domain.keys import PARTITIONS_NAME, SessionKey
from discovery_dagster.store import sessions
from discovery_dagster.store.database import Database


class SessionPartitions(dg.DynamicPartitionsDefinition):
    """One partition for each session of every engagement."""

    def get_partition_keys_in_range(
        self, partition_key_range: dg.PartitionKeyRange
    ) -> Sequence[str]:
        """Return the keys from the first to the last; only where these differ are they looked up.

        Dagster asks for the key of a run 82 times in eleven steps. That it names a session is known
        by then: the claim of the run has asked the store.
        """
        if partition_key_range.start == partition_key_range.end:
            return [partition_key_range.start]
        return super().get_partition_keys_in_range(partition_key_range)


SESSION_PARTITIONS = SessionPartitions(name=PARTITIONS_NAME)

PARTITION_TAG = "dagster/partition"
#: Steps, with commas between, that the run makes anew with what is below them, current or not.
FORCE_TAG = "discovery/force"


def add_partition(instance: dg.DagsterInstance, session: SessionKey) -> None:
    """Make the session's partition known. Known already is no error."""
    instance.add_dynamic_partitions(PARTITIONS_NAME, [session.partition_key])


def show_sessions(
    instance: dg.DagsterInstance, shown: Iterable[SessionKey], *, present: bool
) -> None:
    """Put sessions among the partitions, or take them out; what Dagster recorded of them stays."""
    keys = [session.partition_key for session in shown]
    if present:
        instance.add_dynamic_partitions(PARTITIONS_NAME, keys)
        return
    for key in keys:
        instance.delete_dynamic_partition(PARTITIONS_NAME, key)


def run_tags(session: SessionKey) -> dict[str, str]:
    """Tags by which every run of the session is found."""
    return {
        PARTITION_TAG: session.partition_key,
        **session_tags(session),
    }


def session_tags(session: SessionKey) -> dict[str, str]:
    """Return those of its tags that Dagster does not derive from the partition."""
    return {
        "discovery/client": session.engagement.client,
        "discovery/engagement": str(session.engagement),
        "discovery/session": session.partition_key,
    }


def bring_over(instance: dg.DagsterInstance, database: Database) -> None:
    """Bring a home from before to partitions that are sessions; any other is left as it is."""
    if has_former_dimensions(instance):
        leave_former_dimensions(instance, sessions.live(database))


def has_former_dimensions(instance: dg.DagsterInstance) -> bool:
    """Whether the home is from before, when engagement and session were dimensions of a grid."""
    first = instance.get_paginated_dynamic_partitions(_ENGAGEMENT, limit=1, ascending=True)
    return bool(first.results)


def leave_former_dimensions(instance: dg.DagsterInstance, live: Iterable[SessionKey]) -> None:
    """Make the sessions partitions of their own, and forget the two dimensions of the grid.

    The keys read as before, so what Dagster recorded of each session stays with it. Killed on the
    way, it is done again: the dimension by which a home is recognised goes last.
    """
    show_sessions(instance, live, present=True)
    for name in (_SESSION, _ENGAGEMENT):
        for key in instance.get_dynamic_partitions(name):
            instance.delete_dynamic_partition(name, key)


#: Names of the dimensions of the grid that there was.
_ENGAGEMENT, _SESSION = "engagement", "session"
