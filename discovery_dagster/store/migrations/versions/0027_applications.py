"""Names of move groups; applications and the interfaces between them."""

from alembic import op

from discovery_dagster.store.migrations.tenancy import tenant_table

revision = "0027"
down_revision = "0026"

TABLES = {
    "application": """
        application_id text,
        name text,
        aliases text[],
        business_owner text,
        technical_owner text,
        criticality text,
        lifecycle text,
        recovery_time text,
        recovery_point text,
        users text,
        strategy text,
        members integer,
        databases integer,
        deployments jsonb,
        memberships jsonb,
        interfaces_out integer,
        interfaces_in integer,
        waves jsonb,
        unknown text[],
    """,
    "interface": """
        source text,
        target text,
        source_id text,
        target_id text,
        status text,
        ports jsonb,
        connections bigint,
        evidence text,
        edges jsonb,
    """,
}


def upgrade() -> None:
    """Make the tables, and add the names of groups."""
    for name, columns in TABLES.items():
        tenant_table(
            name,
            f"session text not null, seq integer not null, {columns}"
            " primary key (engagement, session, seq),"
            " foreign key (engagement, session) references discovery.session",
        )
    op.execute("alter table discovery.plan_group add column name text")
