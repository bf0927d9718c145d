"""Single tables of a session as they stand, such as people look at to say what they are."""

from typing import Final

from discovery_dagster.domain import formats
from discovery_dagster.domain.errors import AbsentError
from discovery_dagster.domain.intake import RecognisedTable
from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.domain.source_tables import SourceTable, records_name
from discovery_dagster.store import publications
from discovery_dagster.store.database import Database
from discovery_dagster.store.objects import ObjectStore
from discovery_dagster.store.publications import PublishedFrames

#: Records by which a table is judged while somebody waits.
MOST: Final = 500


class NoSuchTableError(AbsentError):
    """A session has no table of this number; the message is one sentence."""

    code = "no_such_table"


def find(
    database: Database, objects: ObjectStore, session: SessionKey, number: int
) -> RecognisedTable:
    """Return a table of a session with its first records, and the format that knows it.

    Raises:
        NoSuchTableError: when there is none of this number.
    """
    current = publications.current(database, session).get("source_records")
    if current is None:
        raise NoSuchTableError(f"{session} has no tables yet.")
    frames = PublishedFrames(objects, session, "source_records", current.publication)
    for row in frames["tables"].iter_rows(named=True):
        if row["table"] == number:
            source = SourceTable(
                row["file"],
                row["sheet"],
                tuple(row["header"]),
                row["header_line"],
                frames[records_name(number)].head(MOST),
            )
            return source, formats.format_named(row["format"])
    raise NoSuchTableError(f"{session} has no table {number}.")
