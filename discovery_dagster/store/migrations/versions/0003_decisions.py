"""What people decided about the columns of a client's files.

The rows are the client's, not an engagement's: they are led by the client, and whoever may see one
of its engagements sees them. They are only ever added to, so that they are their own audit.
"""

from alembic import op

revision = "0003"
down_revision = "0002"

#: The clients of the engagements that the context allows.
CLIENTS = (
    "client = any (array(select split_part(engagement, '.', 1)"
    " from unnest((select discovery.context())::text[]) as engagement))"
)


def upgrade() -> None:
    """Make the table, its policy and its grants."""
    op.execute("""
        create table discovery.mapping_decision (
            client text not null,
            decision bigint generated always as identity,
            engagement text not null check (split_part(engagement, '.', 1) = client),
            session text not null,
            format text not null,
            header text not null,
            "column" text not null,
            field text not null,
            accepted boolean not null,
            author text not null,
            at timestamptz not null default now(),
            primary key (client, decision)
        )
    """)
    op.execute("alter table discovery.mapping_decision enable row level security")
    op.execute("alter table discovery.mapping_decision force row level security")
    op.execute(
        "create policy client on discovery.mapping_decision"
        " to discovery_writer, discovery_reader, discovery_owner"
        f" using ({CLIENTS}) with check ({CLIENTS})"
    )
    op.execute("grant select, insert, delete on discovery.mapping_decision to discovery_writer")
    op.execute("grant select on discovery.mapping_decision to discovery_reader")
