"""The names of erased engagements, as hashes: what comes for one is refused.

They belong to no engagement any more, so erasing, which empties every tenant table, leaves them.
"""

from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Make the table, its policy and its grants; let tokens of an erased engagement be deleted."""
    op.execute("""
        create table discovery.tombstone (
            digest bytea not null primary key,
            at timestamptz not null default now()
        )
    """)
    op.execute("alter table discovery.tombstone enable row level security")
    op.execute("alter table discovery.tombstone force row level security")
    op.execute(
        "create policy writer on discovery.tombstone"
        " to discovery_writer, discovery_owner using (true) with check (true)"
    )
    op.execute("grant select, insert, delete on discovery.tombstone to discovery_writer")
    op.execute("grant delete on discovery.access_token to discovery_gatekeeper")
