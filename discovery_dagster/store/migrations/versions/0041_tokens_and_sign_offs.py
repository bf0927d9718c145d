"""Who made a token and who ended it, and who signed a plan off."""

from alembic import op

revision = "0041"
down_revision = "0040"


def upgrade() -> None:
    """Add the columns, which older tokens have empty, and let the log keep sign-offs."""
    op.execute(
        "alter table discovery.access_token add column created_by text, add column revoked_by text"
    )
    op.execute("alter table discovery.decision drop constraint decision_kind_check")
    op.execute(
        "alter table discovery.decision add constraint decision_kind_check"
        " check (kind in ('asset', 'endpoint', 'pair', 'question', 'plan'))"
    )
