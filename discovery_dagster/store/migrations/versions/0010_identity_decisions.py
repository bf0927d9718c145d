"""What people decided about identity: which identifiers join things, and which join none.

Decisions are the engagement's; they are ended, never deleted, so that they are their own audit.
"""

from alembic import op

from discovery_dagster.store.migrations.tenancy import tenant_table

revision = "0010"
down_revision = "0009"

DECISION = """
    decision bigint generated always as identity,
    session text not null,
    kind text not null check (kind in ('join', 'split')),
    identifiers text[] not null,
    assets text[] not null,
    reason text not null,
    author text not null,
    at timestamptz not null default now(),
    removed_by text,
    removed_at timestamptz,
    primary key (engagement, decision),
    foreign key (engagement) references discovery.engagement,
    check ((removed_by is null) = (removed_at is null))
"""


def upgrade() -> None:
    """Make the table, its policy and its grants; an identifier's assets are looked up, too."""
    tenant_table("identity_decision", DECISION)
    # It can be ended; it is never rewritten otherwise, and goes only with its engagement.
    op.execute("revoke update on discovery.identity_decision from discovery_writer")
    op.execute(
        "grant update (removed_by, removed_at) on discovery.identity_decision to discovery_writer"
    )
    op.execute("create index on discovery.asset_identifier (engagement, asset_id)")
