"""Requests that tokens and peers have made, counted by all replicas of the read API together.

Unlogged: a count is worth a minute, and a server that crashes forgives. The gatekeeper alone sees
them, as it does tokens.
"""

from alembic import op

revision = "0046"
down_revision = "0044"


def upgrade() -> None:
    """Make the table, its policy and its grant."""
    op.execute("""
        create unlogged table discovery.request_count (
            who text not null,
            period bigint not null,
            requests bigint not null,
            ends_at timestamptz not null,
            primary key (who, period)
        )
    """)
    op.execute("create index on discovery.request_count (ends_at)")
    op.execute("alter table discovery.request_count enable row level security")
    op.execute("alter table discovery.request_count force row level security")
    op.execute(
        "create policy gatekeeper on discovery.request_count"
        " to discovery_gatekeeper, discovery_owner using (true) with check (true)"
    )
    op.execute(
        "grant select, insert, update, delete on discovery.request_count to discovery_gatekeeper"
    )
