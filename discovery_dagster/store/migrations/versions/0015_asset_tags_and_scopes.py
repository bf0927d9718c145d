"""Asset tags and scopes of assets, and the number of the record that is a member."""

from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Add the columns to assets and to their members."""
    op.execute("alter table discovery.asset add column asset_tag text, add column scope text")
    op.execute("alter table discovery.asset_member add column record integer")
