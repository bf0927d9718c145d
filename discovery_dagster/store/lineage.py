"""The frames of a session that lineage is computed from."""

from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.domain.lineage import Published
from discovery_dagster.domain.tables import (
    ASSET_RECORDS,
    FIELD_MAPPING,
    INVENTORY_ASSETS,
    INVENTORY_MEMBERS,
)
from discovery_dagster.store import publications
from discovery_dagster.store.database import Database
from discovery_dagster.store.objects import ObjectStore
from discovery_dagster.store.publications import PublishedFrames


def published(database: Database, objects: ObjectStore, session: SessionKey) -> Published:
    """Return the frames that the session's inventory was made from, step by step.

    Raises:
        KeyError: when there is no inventory yet.
    """
    current = publications.current(database, session)
    inventory = current["inventory"]
    canonical_id = inventory.inputs["canonical_records"]
    canonical = current["canonical_records"]
    # Newer records may have been published since; the inputs lead to those that were used, as long
    # as they are known.
    inputs = canonical.inputs if canonical.publication == canonical_id else {}

    def frames(step: str, publication: str) -> PublishedFrames:
        return PublishedFrames(objects, session, step, publication)

    def used(step: str) -> PublishedFrames:
        return frames(step, inputs.get(step, current[step].publication))

    frames_of_inventory = frames("inventory", inventory.publication)
    return Published(
        used("source_records"),
        used("field_mapping").frame(FIELD_MAPPING),
        frames("canonical_records", canonical_id).frame(ASSET_RECORDS),
        frames_of_inventory.frame(INVENTORY_MEMBERS),
        frames_of_inventory.frame(INVENTORY_ASSETS),
    )
