"""What stands below a header: the table of its records, and other tables below that."""

from dataclasses import replace

from discovery_dagster.domain.file_limits import Limits
from discovery_dagster.domain.readers.footer import ignore_footer
from discovery_dagster.domain.readers.records import source_table, with_ignored
from discovery_dagster.domain.readers.sections import Section, part
from discovery_dagster.domain.readers.strays import find_strays
from discovery_dagster.domain.readers.template_rows import ignore_template_rows
from discovery_dagster.domain.readers.wrappings import unwrap
from discovery_dagster.domain.source_tables import SourceTable


def read_body(
    name: str,
    sheet: str | None,
    body: Section,
    limits: Limits,
    *,
    ragged: bool,
    longest: int | None = None,
    marked: bool = True,
) -> tuple[SourceTable, ...]:
    """Return the tables of `body`: one, unless others with headers of their own stand below it.

    Args:
        name: of the file.
        sheet: of a workbook.
        body: the first header, and all records below it.
        limits: of the file.
        ragged: whether a record may have more cells than its header, as in text.
        longest: characters that no cell exceeds, where that is known.
        marked: whether any cell may begin with `'` or `=`, as far as that is known.

    Raises:
        UnreadableFileError: `limit_exceeded` for too many columns or too long a cell.
    """
    strays = find_strays(body.records, body.header)
    whole = replace(body, records=with_ignored(body.records, strays))
    tables = []
    for section in part(whole, ragged=ragged):
        kept = ignore_template_rows(section.header, ignore_footer(section.records))
        header, records = unwrap(section.header, kept, text=ragged, marked=marked)
        line = section.header_line
        tables.append(source_table(name, sheet, header, line, records, limits, longest))
    return tuple(tables)
