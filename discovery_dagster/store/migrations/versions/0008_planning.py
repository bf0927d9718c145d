"""What people set about plans, and what of it a plan could not hold.

Constraints are the engagement's; they are ended, never deleted, so that they are their own audit.
"""

from alembic import op

from discovery_dagster.store.migrations.tenancy import tenant_table

revision = "0008"
down_revision = "0007"

CONSTRAINT = """
    constraint_id bigint generated always as identity,
    kind text not null,
    subject text[] not null,
    reason text,
    author text not null,
    at timestamptz not null default now(),
    removed_by text,
    removed_at timestamptz,
    primary key (engagement, constraint_id),
    foreign key (engagement) references discovery.engagement,
    check ((removed_by is null) = (removed_at is null))
"""

CONFLICT = """
    session text not null,
    seq integer not null,
    "constraint" bigint,
    kind text,
    sentence text,
    message text,
    primary key (engagement, session, seq),
    foreign key (engagement, session) references discovery.session
"""


def upgrade() -> None:
    """Make the tables, their policies and their grants."""
    tenant_table("plan_constraint", CONSTRAINT)
    # It can be ended; it is never rewritten otherwise, and goes only with its engagement.
    op.execute("revoke update on discovery.plan_constraint from discovery_writer")
    op.execute(
        "grant update (removed_by, removed_at) on discovery.plan_constraint to discovery_writer"
    )
    tenant_table("plan_conflict", CONFLICT)
