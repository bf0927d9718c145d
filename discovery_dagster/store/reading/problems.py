"""Problems of a session's records by kind: how many, and the first records that have each."""

from typing import Any

from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.domain.preview import raw_record
from discovery_dagster.store.database import Database

#: Of each kind the first records, counted and picked by Postgres: a session may have a million.
_KINDS = """
    select k.code, k.field, k.number, k.message, k.file, k.sheet, k.line, k.value,
           r.columns, r.cells
    from (
        select i.*, row_number() over kind as place,
               count(*) over (partition by i.code, i.field) as number
        from discovery.record_issue i
        where i.engagement = %(engagement)s and i.session = %(session)s
          and i.severity = %(severity)s
          and (%(file)s::text is null or i.file = %(file)s)
        window kind as (partition by i.code, i.field order by i.seq)
    ) k
    left join discovery.rejected_record r
      on r.engagement = k.engagement and r.session = k.session
     and r."table" = k."table" and r.line = k.line
    where k.place <= %(samples)s
    order by k.number desc, k.code, k.field nulls first, k.place
"""


def kinds(
    database: Database,
    session: SessionKey,
    severity: str,
    *,
    file: str | None = None,
    samples: int = 5,
) -> list[dict[str, Any]]:
    """Return the first records of each kind of problem, those of the most frequent kind first.

    Args:
        database: to read.
        session: whose records.
        severity: `error` of rejected records, `warning` of accepted ones.
        file: only of this file.
        samples: how many records of a kind.

    Returns:
        Rows with `code`, `field`, `number` (of all records with this problem), `message`, the
        record's place, the `value` and, of a rejected record, all its cells as `raw`.
    """
    values = {
        "engagement": str(session.engagement),
        "session": session.session,
        "severity": severity,
        "file": file,
        "samples": samples,
    }
    with database.reader([session.engagement]) as connection:
        # The picked records are few, but Postgres would look through the rejected ones for each.
        connection.execute("set local enable_nestloop = off")
        rows = connection.execute(_KINDS, values).fetchall()
    for row in rows:
        columns, cells = row.pop("columns"), row.pop("cells")
        row["raw"] = raw_record(columns, cells) if columns is not None else {}
    return rows
