"""What people decided about single assets and endpoints, for an engagement and all its sessions.

The rows are only ever added to, so that they are their own audit: who decides otherwise, or takes a
decision back, adds one. `value` is null where a decision is taken back.
"""

from alembic import op

from discovery_dagster.store.migrations.tenancy import tenant_table

revision = "0012"
down_revision = "0011"

DECISION = """
    decision integer not null,
    session text not null,
    kind text not null check (kind in ('asset', 'endpoint')),
    subject text not null,
    name text not null,
    field text not null,
    value text,
    before text,
    reason text not null,
    author text not null,
    origin text not null,
    at timestamptz not null default now(),
    primary key (engagement, decision),
    foreign key (engagement, session) references discovery.session
"""


def upgrade() -> None:
    """Make the table, and have assets say which of their fields were decided."""
    tenant_table("decision", DECISION)
    op.execute("revoke update on discovery.decision from discovery_writer")
    op.execute("create index on discovery.decision (engagement, kind, subject, field, decision)")
    op.execute("alter table discovery.asset add column overridden text[]")
