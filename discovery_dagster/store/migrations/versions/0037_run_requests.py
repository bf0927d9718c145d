"""What people ask to be run in a browser, for a sensor to turn into runs, and files they sent.

The rows stay, since they are part of the log of who did what; `has_run` is the sensor's own.
"""

from alembic import op

from discovery_dagster.store.migrations.tenancy import tenant_table

revision = "0037"
down_revision = "0036"

RUN_REQUEST = """
    request bigint generated always as identity,
    session text not null,
    author text not null,
    origin text not null,
    at timestamptz not null default now(),
    has_run boolean not null default false,
    primary key (engagement, request),
    foreign key (engagement, session) references discovery.session
"""

UPLOAD = """
    upload bigint generated always as identity,
    name text not null,
    files text[] not null,
    bytes bigint not null,
    author text not null,
    origin text not null,
    at timestamptz not null default now(),
    primary key (engagement, upload),
    foreign key (engagement) references discovery.engagement
"""


def upgrade() -> None:
    """Make the tables, their policies and their grants."""
    tenant_table("run_request", RUN_REQUEST)
    tenant_table("upload", UPLOAD)
    op.execute("revoke update on discovery.run_request, discovery.upload from discovery_writer")
    op.execute("grant update (has_run) on discovery.run_request to discovery_writer")
    for table in ("run_request", "upload"):
        op.execute(
            f"alter policy tenant on discovery.{table} to discovery_writer, discovery_reader,"
            " discovery_owner, discovery_editor"
        )
        op.execute(f"grant select, insert on discovery.{table} to discovery_editor")
    op.execute(
        "create index run_request_waiting on discovery.run_request (engagement, session)"
        " where not has_run"
    )
