"""Reviewing in a browser: where decisions come from, all kinds of them, and what is asked later.

The editor adds to the logs of decisions about columns, words, tables, formats and identity, too,
and in those of a client only for engagements of its context. A decision about a column is taken
back by a row that neither accepts nor rejects.
"""

from alembic import op

revision = "0040"
down_revision = "0037"

#: What the editor may do, by table.
RIGHTS = {
    "mapping_decision": "select, insert",
    "word_decision": "select, insert",
    "grain_decision": "select, insert",
    "format_decision": "select, insert",
    "identity_decision": "select, insert, update (removed_by, removed_at, removed_from)",
}

#: Tables that are led by the client, and their policy.
OF_CLIENT = ("mapping_decision", "word_decision", "grain_decision", "format_decision")

#: Tables whose rows did not say where a decision comes from.
WITHOUT_ORIGIN = ("mapping_decision", "grain_decision", "format_decision", "identity_decision")


def upgrade() -> None:
    """Add the columns, and the policies and grants of the editor."""
    for table in WITHOUT_ORIGIN:
        op.execute(
            f"alter table discovery.{table} add column origin text not null default 'command line'"
        )
    op.execute("alter table discovery.mapping_decision alter column accepted drop not null")
    op.execute("alter table discovery.identity_decision add column removed_from text")
    op.execute("grant update (removed_from) on discovery.identity_decision to discovery_writer")
    for table, rights in RIGHTS.items():
        policy = "client" if table in OF_CLIENT else "tenant"
        op.execute(
            f"alter policy {policy} on discovery.{table} to discovery_writer, discovery_reader,"
            " discovery_owner, discovery_editor"
        )
        op.execute(f"grant {rights} on discovery.{table} to discovery_editor")
    for table in OF_CLIENT:
        op.execute(
            f"create policy editor on discovery.{table} as restrictive for insert"
            " to discovery_editor"
            " with check (engagement = any ((select discovery.context())::text[]))"
        )
    op.execute("alter table discovery.decision drop constraint decision_kind_check")
    op.execute(
        "alter table discovery.decision add constraint decision_kind_check"
        " check (kind in ('asset', 'endpoint', 'pair', 'question'))"
    )
