"""Windows of waves, and the work that they take."""

from alembic import op

revision = "0035"
down_revision = "0034"


def upgrade() -> None:
    """Add the columns of waves."""
    op.execute(
        "alter table discovery.plan_wave add column starts text, add column ends text,"
        " add column effort_hours double precision"
    )
