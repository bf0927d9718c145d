"""What a session says differently from the one before it."""

from discovery_dagster.store.migrations.tenancy import tenant_table

revision = "0004"
down_revision = "0003"

COLUMNS = """
    session text not null,
    seq integer not null,
    since text,
    what text,
    change text,
    asset_id text,
    name text,
    relation text,
    target_id text,
    target text,
    port integer,
    protocol text,
    field text,
    before text,
    after text,
    primary key (engagement, session, seq),
    foreign key (engagement, session) references discovery.session
"""


def upgrade() -> None:
    """Make the table, its policy and its grants."""
    tenant_table("session_change", COLUMNS)
