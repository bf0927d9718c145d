"""The records of a session that a person can correct, from its current publications."""

from collections.abc import Collection

from discovery_dagster.domain.corrections.sheets import Sheet, correction_sheets
from discovery_dagster.domain.intake import finish_outcomes
from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.domain.tables import ISSUES, RECORD_OUTCOMES
from discovery_dagster.store import publications
from discovery_dagster.store.database import Database
from discovery_dagster.store.objects import ObjectStore
from discovery_dagster.store.publications import PublishedFrames


def sheets(
    database: Database, objects: ObjectStore, session: SessionKey, severities: Collection[str]
) -> list[Sheet]:
    """Return a sheet for each source table with such records; none before records were judged."""
    current = publications.current(database, session)
    canonical, settled = current.get("canonical_records"), current.get("rejected_records")
    if canonical is None:
        return []
    # Those records that were judged, though newer ones may have been read since.
    read = PublishedFrames(objects, session, "source_records", canonical.inputs["source_records"])
    records = PublishedFrames(objects, session, "canonical_records", canonical.publication)
    outcomes, issues = records.frame(RECORD_OUTCOMES), records.frame(ISSUES)
    sources = settled.inputs if settled is not None else {}
    if sources.get("canonical_records") == canonical.publication and "inventory" in sources:
        known = PublishedFrames(objects, session, "inventory", sources["inventory"])
        outcomes, issues = finish_outcomes(records, known)
    return list(correction_sheets(read, outcomes, issues, severities))
