"""What the records of each table are, and what people decided about it.

Decisions are the client's, as those about columns are: led by the client, and only ever added to.
"""

from alembic import op

from discovery_dagster.store.migrations.tenancy import tenant_table

revision = "0026"
down_revision = "0021"

#: The clients of the engagements that the context allows.
CLIENTS = (
    "client = any (array(select split_part(engagement, '.', 1)"
    " from unnest((select discovery.context())::text[]) as engagement))"
)

TABLE_GRAIN = """
    session text not null,
    seq integer not null,
    "table" integer,
    file text,
    sheet text,
    format text,
    grain text,
    status text,
    confidence double precision,
    method text,
    reason text,
    evidence text[],
    name_column text,
    name_position integer,
    columns text[],
    beside jsonb,
    primary key (engagement, session, seq),
    foreign key (engagement, session) references discovery.session
"""


def upgrade() -> None:
    """Make both tables, their policies and their grants."""
    tenant_table("table_grain", TABLE_GRAIN)
    op.execute("""
        create table discovery.grain_decision (
            client text not null,
            decision bigint generated always as identity,
            engagement text not null check (split_part(engagement, '.', 1) = client),
            session text not null,
            columns text[] not null,
            grain text,
            name text,
            file text not null,
            sheet text,
            author text not null,
            at timestamptz not null default now(),
            primary key (client, decision)
        )
    """)
    op.execute("alter table discovery.grain_decision enable row level security")
    op.execute("alter table discovery.grain_decision force row level security")
    op.execute(
        "create policy client on discovery.grain_decision"
        " to discovery_writer, discovery_reader, discovery_owner"
        f" using ({CLIENTS}) with check ({CLIENTS})"
    )
    op.execute("grant select, insert, delete on discovery.grain_decision to discovery_writer")
    op.execute("grant select on discovery.grain_decision to discovery_reader")
