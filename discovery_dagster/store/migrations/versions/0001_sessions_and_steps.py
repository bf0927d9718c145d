"""Engagements, sessions, publications, claims, progress, the identity register and step tables.

Every table that holds a client's data has the engagement first in its keys, and row-level security
enabled and forced: what no context allows, nobody sees, not even the owner of the table.
"""

from alembic import op

from discovery_dagster.store.migrations.tenancy import tenant_table

revision = "0001"
down_revision = None

CONTEXT = """
create function discovery.context() returns text[]
language sql stable set search_path = pg_catalog as
$$ select string_to_array(nullif(current_setting('discovery.engagements', true), ''), ',') $$
"""

#: Tables that do not belong to one step.
TABLES = {
    "engagement": """
        client text not null,
        created_at timestamptz not null default now(),
        archived_at timestamptz,
        primary key (engagement)
    """,
    "session": """
        session text not null,
        title text,
        created_at timestamptz not null default now(),
        primary key (engagement, session),
        foreign key (engagement) references discovery.engagement
    """,
    "session_file": """
        session text not null,
        file text not null,
        position integer not null,
        sha256 text not null,
        size bigint not null,
        added_at timestamptz not null default now(),
        primary key (engagement, session, file),
        foreign key (engagement, session) references discovery.session
    """,
    "publication": """
        session text not null,
        step text not null,
        publication text not null,
        run_id text not null,
        fence bigint not null,
        code_version text not null,
        inputs jsonb not null,
        counts jsonb not null,
        started_at timestamptz not null,
        at timestamptz not null default now(),
        primary key (engagement, session, step),
        foreign key (engagement, session) references discovery.session
    """,
    "claim": """
        session text not null,
        fence bigint not null,
        run_id text not null,
        backend_pid integer not null,
        at timestamptz not null default now(),
        primary key (engagement, session),
        foreign key (engagement, session) references discovery.session
    """,
    "asset_identifier": """
        identifier text not null,
        asset_id text not null,
        session text not null,
        primary key (engagement, identifier)
    """,
}

#: How far running steps are. Volatile, so not logged: a crash of the server empties it.
PROGRESS = """
    session text not null,
    step text not null,
    run_id text not null,
    fence bigint not null,
    done bigint not null,
    total bigint,
    unit text not null,
    started_at timestamptz not null,
    at timestamptz not null default now(),
    primary key (engagement, session, step)
"""

#: What the steps publish; the rows of a session are replaced together. `seq` is their order.
STEP_TABLES = {
    "source_file": """
        file text,
        sha256 text,
        size bigint,
        format text,
        encoding text,
        delimiter text,
        sheets text[],
        error_code text,
        error text,
    """,
    "table_account": """
        "table" integer,
        file text,
        sheet text,
        format text,
        records integer,
        accepted integer,
        rejected integer,
        ignored integer,
    """,
    "field_mapping": """
        "table" integer,
        file text,
        sheet text,
        "column" text,
        position integer,
        field text,
        unit text,
        transform text,
        confidence double precision,
        method text,
        status text,
        evidence text[],
        conflict text,
    """,
    "rejected_record": """
        file text,
        sheet text,
        line integer,
        "table" integer,
        columns text[],
        cells text[],
    """,
    "record_issue": """
        file text,
        sheet text,
        line integer,
        "table" integer,
        field text,
        "column" text,
        code text,
        message text,
        value text,
        severity text,
    """,
    "asset_member": """
        asset_id text,
        file text,
        sheet text,
        line integer,
        keys text[],
    """,
    "asset_conflict": """
        asset_id text,
        field text,
        value text,
        file text,
        sheet text,
        line integer,
        chosen boolean,
    """,
    "asset": """
        asset_id text,
        named_only boolean,
        records integer,
        name text,
        hostname text,
        fqdn text,
        domain text,
        ip_addresses text[],
        mac_addresses text[],
        serial_number text,
        smbios_uuid text,
        provider_id text,
        vendor text,
        model text,
        os_name text,
        os_version text,
        cpu_cores bigint,
        memory_gb double precision,
        storage_gb double precision,
        environment text,
        criticality text,
        tier text,
        location text,
        business_owner text,
        technical_owner text,
        applications text[],
        status text,
        product text,
        description text,
        custom jsonb,
        type text,
        os_family text,
        eol_date text,
        eol_status text,
        confidence double precision,
        rationale text[],
    """,
    "dependency": """
        edge integer,
        source text,
        target text,
        source_id text,
        target_id text,
        relation text,
        port integer,
        protocol text,
        service text,
        evidence jsonb,
        confidence double precision,
        status text,
        resolved boolean,
        infrastructure text,
    """,
    "graph_node": """
        asset_id text,
        component integer,
        strong_component integer,
        in_cycle boolean,
        fan_in integer,
        fan_out integer,
        depth integer,
        blast_radius integer,
        hub boolean,
    """,
    "plan_placement": """
        asset_id text,
        "group" text,
        wave integer,
        strategy text,
        strategy_reason text,
        reason text,
    """,
    "plan_group": """
        "group" text,
        wave integer,
        assets text[],
        reason text,
        cycle boolean,
    """,
    "plan_wave": """
        wave integer,
        groups text[],
        assets integer,
        reason text,
    """,
}

INDEXES = (
    "create index on discovery.asset (engagement, session, asset_id)",
    "create index on discovery.asset_member (engagement, session, asset_id)",
    "create index on discovery.plan_placement (engagement, session, asset_id)",
    "create index on discovery.dependency (engagement, session, source_id)",
    "create index on discovery.dependency (engagement, session, target_id)",
)


def upgrade() -> None:
    """Make the schema's tables, policies and grants."""
    op.execute(CONTEXT)
    for name, columns in TABLES.items():
        tenant_table(name, columns)
    tenant_table("progress", PROGRESS, "unlogged table")
    for name, columns in STEP_TABLES.items():
        tenant_table(
            name,
            f"session text not null, seq integer not null, {columns}"
            " primary key (engagement, session, seq),"
            " foreign key (engagement, session) references discovery.session",
        )
    for index in INDEXES:
        op.execute(index)
    # The operator lists engagements to choose from, and sees nothing inside them.
    op.execute("create policy operator on discovery.engagement to discovery_operator using (true)")
    op.execute("grant select on discovery.engagement to discovery_operator")
