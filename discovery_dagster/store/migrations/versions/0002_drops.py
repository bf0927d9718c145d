"""What the inbox has taken in: drops by their content, and the folders that were read."""

from alembic import op

from discovery_dagster.store.migrations.tenancy import tenant_table

revision = "0002"
down_revision = "0001"

#: One session a content; its run is requested until there is one.
DROP = """
    digest text not null,
    name text not null,
    session text not null,
    at timestamptz not null default now(),
    has_run boolean not null default false,
    primary key (engagement, digest),
    foreign key (engagement, session) references discovery.session
"""

#: What a folder looked like when it was read, so that it is not read again until it changes.
DROP_FOLDER = """
    name text not null,
    look text not null,
    digest text not null,
    at timestamptz not null default now(),
    primary key (engagement, name),
    foreign key (engagement, digest) references discovery.drop
"""


def upgrade() -> None:
    """Make both tables."""
    tenant_table("drop", DROP)
    tenant_table("drop_folder", DROP_FOLDER)
    op.execute("create index on discovery.drop (engagement) where not has_run")
