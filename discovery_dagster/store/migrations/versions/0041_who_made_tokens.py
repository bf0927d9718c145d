"""Who made a token, and who ended it, for the page on which operators do both."""

from alembic import op

revision = "0041"
down_revision = "0040"


def upgrade() -> None:
    """Add the columns; of older tokens nobody knows."""
    op.execute(
        "alter table discovery.access_token add column created_by text, add column revoked_by text"
    )
