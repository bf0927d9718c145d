"""Who made a token and who ended it, who signed a plan off, and runs that are to be stopped."""

from alembic import op

from discovery_dagster.store.migrations.tenancy import tenant_table

revision = "0041"
down_revision = "0040"

STOP_REQUEST = """
    request bigint generated always as identity,
    session text not null,
    author text not null,
    origin text not null,
    at timestamptz not null default now(),
    done boolean not null default false,
    primary key (engagement, request),
    foreign key (engagement, session) references discovery.session
"""


def upgrade() -> None:
    """Add the columns, which older tokens have empty, and let the log keep sign-offs."""
    op.execute(
        "alter table discovery.access_token add column created_by text, add column revoked_by text"
    )
    op.execute("alter table discovery.decision drop constraint decision_kind_check")
    op.execute(
        "alter table discovery.decision add constraint decision_kind_check"
        " check (kind in ('asset', 'endpoint', 'pair', 'question', 'sign_off'))"
    )
    tenant_table("stop_request", STOP_REQUEST)
    op.execute("revoke update on discovery.stop_request from discovery_writer")
    op.execute("grant update (done) on discovery.stop_request to discovery_writer")
    op.execute(
        "alter policy tenant on discovery.stop_request to discovery_writer, discovery_reader,"
        " discovery_owner, discovery_editor"
    )
    op.execute("grant select, insert on discovery.stop_request to discovery_editor")
