"""Titles and names that people give later, and files that are sent for a session that there is."""

from alembic import op

revision = "0044"
down_revision = "0042"


def upgrade() -> None:
    """Let the log keep names, and an upload say which session it is for."""
    op.execute("alter table discovery.decision drop constraint decision_kind_check")
    op.execute(
        "alter table discovery.decision add constraint decision_kind_check"
        " check (kind in ('asset', 'endpoint', 'pair', 'question', 'sign_off', 'scenario',"
        " 'comment', 'name'))"
    )
    op.execute(
        "alter table discovery.upload add column session text,"
        " add foreign key (engagement, session) references discovery.session"
    )
