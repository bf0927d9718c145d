"""Aliases of assets; why an end of a dependency is no asset, and which assets it may be."""

from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Add the columns to assets, dependencies and endpoints."""
    op.execute("alter table discovery.asset add column aliases text[] default '{}'")
    op.execute(
        "alter table discovery.dependency"
        " add column source_why text, add column source_candidates jsonb,"
        " add column target_why text, add column target_candidates jsonb"
    )
    op.execute("alter table discovery.endpoint add column candidates jsonb")
