"""Logins of browsers, so that signing out ends one on the server, too.

They belong to a token and, as it, to no engagement: the gatekeeper alone sees them.
"""

from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Make the table, its policy and its grant."""
    op.execute("""
        create table discovery.login (
            login text not null primary key,
            token text not null references discovery.access_token on delete cascade,
            expires_at timestamptz not null
        )
    """)
    op.execute("create index on discovery.login (token)")
    op.execute("alter table discovery.login enable row level security")
    op.execute("alter table discovery.login force row level security")
    op.execute(
        "create policy gatekeeper on discovery.login"
        " to discovery_gatekeeper, discovery_owner using (true) with check (true)"
    )
    op.execute("grant select, insert, delete on discovery.login to discovery_gatekeeper")
