"""The map beyond its edges: strangers by subnet, cycles and what to cut, shared services."""

from alembic import op

from discovery_dagster.store.migrations.tenancy import tenant_table

revision = "0009"
down_revision = "0008"

TABLES = {
    "endpoint": """
        subnet text,
        kind text,
        side text,
        port integer,
        protocol text,
        service text,
        assets integer,
        count bigint,
        number integer,
        endpoints text[],
        first_seen text,
        last_seen text,
    """,
    "graph_cycle": """
        cycle integer,
        assets text[],
        asset_ids text[],
        edges integer,
        cuts text[],
        cut_edges jsonb,
    """,
    "plan_coverage": """
        asset_id text,
        declared integer,
        observed integer,
        inferred integer,
        first_seen text,
        last_seen text,
        evidence boolean,
    """,
}


def upgrade() -> None:
    """Make the tables, and add the columns of nodes and edges."""
    for name, columns in TABLES.items():
        tenant_table(
            name,
            f"session text not null, seq integer not null, {columns}"
            " primary key (engagement, session, seq),"
            " foreign key (engagement, session) references discovery.session",
        )
    op.execute(
        "alter table discovery.graph_node add column single_point boolean,"
        " add column service text, add column service_reason text"
    )
    op.execute("alter table discovery.dependency add column conflict text")
