"""What a person should know of how a file was read, such as its hidden sheets."""

from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Add the column to the files of a session."""
    op.execute("alter table discovery.source_file add column notes text[]")
