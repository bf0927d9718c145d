"""Whether assets and deployments can be moved as they are, and the sizes that they need."""

from alembic import op

from discovery_dagster.store.migrations.tenancy import tenant_table

revision = "0031"
down_revision = "0028"


def upgrade() -> None:
    """Make the table of assets, and add the column of applications."""
    tenant_table(
        "asset_readiness",
        "session text not null, seq integer not null, asset_id text, readiness text,"
        " targets jsonb, findings jsonb, sized_cores bigint, sized_memory_gb double precision,"
        " sizing text[], primary key (engagement, session, seq),"
        " foreign key (engagement, session) references discovery.session",
    )
    op.execute(
        "create index asset_readiness_asset on discovery.asset_readiness"
        " (engagement, session, asset_id)"
    )
    op.execute("alter table discovery.application add column readiness text")
