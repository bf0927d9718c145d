"""People also decide that two assets which look alike are two things."""

from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Let the log keep decisions about pairs."""
    op.execute("alter table discovery.decision drop constraint decision_kind_check")
    op.execute(
        "alter table discovery.decision add constraint decision_kind_check"
        " check (kind in ('asset', 'endpoint', 'pair'))"
    )
