"""The records of a session that a person can correct, from its current publications."""

from collections.abc import Collection

from discovery_dagster.domain.correction_sheets import Sheet, correction_sheets
from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.store import publications
from discovery_dagster.store.database import Database
from discovery_dagster.store.objects import ObjectStore
from discovery_dagster.store.publications import PublishedFrames


def sheets(
    database: Database, objects: ObjectStore, session: SessionKey, severities: Collection[str]
) -> list[Sheet]:
    """Return a sheet for each source table with such records; none before records were judged."""
    judged = publications.current(database, session).get("canonical_records")
    if judged is None:
        return []
    # Those records that were judged, though newer ones may have been read since.
    read = PublishedFrames(objects, session, "source_records", judged.inputs["source_records"])
    made = PublishedFrames(objects, session, "canonical_records", judged.publication)
    return list(correction_sheets(read, made["outcomes"], made["issues"], severities))
