"""From files to the session's tables: reading, recognising, numbering, understanding.

Readers know containers and formats know headers; this package puts the two together.
"""

from discovery_dagster.domain.intake.files import (
    NothingReadableError,
    describe_files,
    files_to_read,
)
from discovery_dagster.domain.intake.outcomes import (
    count_outcomes,
    describe_rejects,
    finish_outcomes,
    with_formats,
)
from discovery_dagster.domain.intake.reading import (
    FileTables,
    Readings,
    ReadTables,
    RecognisedTable,
    SourceFile,
    is_table,
    read_tables,
)
from discovery_dagster.domain.intake.records import (
    collect_records,
    session_tables,
)
from discovery_dagster.domain.intake.understanding import (
    as_decided,
    flows_among,
    understand,
)

__all__ = [
    "FileTables",
    "NothingReadableError",
    "ReadTables",
    "Readings",
    "RecognisedTable",
    "SourceFile",
    "as_decided",
    "collect_records",
    "count_outcomes",
    "describe_files",
    "describe_rejects",
    "files_to_read",
    "finish_outcomes",
    "flows_among",
    "is_table",
    "read_tables",
    "session_tables",
    "understand",
    "with_formats",
]
