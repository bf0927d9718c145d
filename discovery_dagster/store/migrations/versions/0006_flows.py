"""Flows with a language model: their state, how they came to it, and the proposals they made."""

from discovery_dagster.store.migrations.tenancy import tenant_table

revision = "0006"
down_revision = "0005"

#: What holds for a flow now. `flow` is derived from what the flow works on, see `ai.proposer`.
FLOW_STATE = """
    session text not null,
    flow uuid not null,
    step text not null,
    state jsonb not null,
    calls integer not null default 0,
    tokens bigint not null default 0,
    at timestamptz not null default now(),
    primary key (engagement, session, flow),
    foreign key (engagement, session) references discovery.session
"""

#: Each save of a flow, in figures; only the latest are kept.
FLOW_SAVE = """
    session text not null,
    flow uuid not null,
    save bigint generated always as identity,
    method text not null,
    run_id text not null,
    batches_done integer not null,
    calls integer not null,
    tokens bigint not null,
    at timestamptz not null default now(),
    primary key (engagement, session, flow, save),
    foreign key (engagement, session, flow) references discovery.flow_state on delete cascade
"""

PROPOSAL = """
    session text not null,
    seq integer not null,
    asset_id text,
    name text,
    file text,
    sheet text,
    "column" text,
    field text,
    rules text,
    value text,
    confidence double precision,
    rationale text,
    status text,
    reason text,
    model text,
    prompt text,
    response text,
    primary key (engagement, session, seq),
    foreign key (engagement, session) references discovery.session
"""


def upgrade() -> None:
    """Make the tables, their policies and their grants."""
    tenant_table("flow_state", FLOW_STATE)
    tenant_table("flow_save", FLOW_SAVE)
    tenant_table("mapping_proposal", PROPOSAL)
    tenant_table("type_proposal", PROPOSAL)
