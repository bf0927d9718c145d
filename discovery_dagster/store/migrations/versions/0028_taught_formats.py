"""Formats that people teach, for one client, and by which of them each table was read.

Decisions are the client's, as those about columns are: led by the client, and only ever added to.
"""

from alembic import op

revision = "0028"
down_revision = "0027"

#: The clients of the engagements that the context allows.
CLIENTS = (
    "client = any (array(select split_part(engagement, '.', 1)"
    " from unnest((select discovery.context())::text[]) as engagement))"
)


def upgrade() -> None:
    """Make the table, its policy and its grants, and add the format of each table."""
    op.execute("""
        create table discovery.format_decision (
            client text not null,
            decision bigint generated always as identity,
            engagement text not null check (split_part(engagement, '.', 1) = client),
            format text not null,
            text text,
            author text not null,
            reason text not null,
            at timestamptz not null default now(),
            primary key (client, decision)
        )
    """)
    op.execute("alter table discovery.format_decision enable row level security")
    op.execute("alter table discovery.format_decision force row level security")
    op.execute(
        "create policy client on discovery.format_decision"
        " to discovery_writer, discovery_reader, discovery_owner"
        f" using ({CLIENTS}) with check ({CLIENTS})"
    )
    op.execute("grant select, insert, delete on discovery.format_decision to discovery_writer")
    op.execute("grant select on discovery.format_decision to discovery_reader")
    op.execute("alter table discovery.table_grain add column taught text")
