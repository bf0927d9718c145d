"""Scenarios of a plan and comments of a team: kinds of decisions that no step reads."""

from alembic import op

revision = "0042"
down_revision = "0041"


def upgrade() -> None:
    """Let the log keep both."""
    op.execute("alter table discovery.decision drop constraint decision_kind_check")
    op.execute(
        "alter table discovery.decision add constraint decision_kind_check"
        " check (kind in ('asset', 'endpoint', 'pair', 'question', 'sign_off', 'scenario',"
        " 'comment'))"
    )
