"""People who decide in a browser: roles of tokens, forms that are sent once, the editor's rights.

The editor is the role in which the web server writes. It reads and adds to the logs of decisions of
the engagements of its context, and touches no other table.
"""

from alembic import op

revision = "0036"
down_revision = "0035"

#: What the editor may do, by table.
RIGHTS = {
    "engagement": "select",
    "decision": "select, insert",
    "plan_constraint": "select, insert, update (removed_by, removed_at, removed_from)",
}


def upgrade() -> None:
    """Add the columns, the table of forms, and the policies and grants of the editor."""
    op.execute(
        "alter table discovery.access_token add column name text,"
        " add column role text not null default 'viewer'"
        " check (role in ('viewer', 'editor', 'operator'))"
    )
    op.execute("""
        create table discovery.sent_form (
            login text not null references discovery.login on delete cascade,
            form text not null,
            primary key (login, form)
        )
    """)
    op.execute("alter table discovery.sent_form enable row level security")
    op.execute("alter table discovery.sent_form force row level security")
    op.execute(
        "create policy gatekeeper on discovery.sent_form"
        " to discovery_gatekeeper, discovery_owner using (true) with check (true)"
    )
    op.execute("grant select, insert on discovery.sent_form to discovery_gatekeeper")
    op.execute(
        "alter table discovery.plan_constraint"
        " add column origin text not null default 'command line', add column removed_from text"
    )
    op.execute("grant update (removed_from) on discovery.plan_constraint to discovery_writer")
    for table, rights in RIGHTS.items():
        op.execute(
            f"alter policy tenant on discovery.{table} to discovery_writer, discovery_reader,"
            " discovery_owner, discovery_editor"
        )
        op.execute(f"grant {rights} on discovery.{table} to discovery_editor")
