"""Tokens of the read API, as hashes.

They belong to no engagement, and are asked for before anybody knows whose data is meant: so neither
pipeline nor API sees the table. One role does, and sees nothing else.
"""

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Make the table, its policy and its grant."""
    op.execute("""
        create table discovery.access_token (
            token text not null primary key,
            hash bytea not null unique,
            client text,
            engagements text[] not null,
            created_at timestamptz not null default now(),
            expires_at timestamptz not null,
            revoked_at timestamptz
        )
    """)
    op.execute("alter table discovery.access_token enable row level security")
    op.execute("alter table discovery.access_token force row level security")
    op.execute(
        "create policy gatekeeper on discovery.access_token"
        " to discovery_gatekeeper, discovery_owner using (true) with check (true)"
    )
    op.execute("grant select, insert, update on discovery.access_token to discovery_gatekeeper")
