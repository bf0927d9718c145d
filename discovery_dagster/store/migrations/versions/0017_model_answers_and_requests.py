"""What a language model answered, kept for the engagement, and what it was sent."""

from discovery_dagster.store.migrations.tenancy import tenant_table

revision = "0017"
down_revision = "0016"

#: One answer a question, of whichever session. `prompt` and `question` are digests; `value` is null
#: where asking again would change nothing.
MODEL_ANSWER = """
    model text not null,
    prompt text not null,
    question text not null,
    value text,
    confidence double precision,
    rationale text,
    failure text,
    response text,
    at timestamptz not null default now(),
    primary key (engagement, model, prompt, question),
    foreign key (engagement) references discovery.engagement
"""

#: Every request that went out, repetitions included, as it was sent. `status` and tokens are null
#: where no response came.
MODEL_REQUEST = """
    session text not null,
    request bigint generated always as identity,
    step text not null,
    run_id text not null,
    model text not null,
    host text not null,
    messages jsonb not null,
    status integer,
    prompt_tokens integer,
    completion_tokens integer,
    at timestamptz not null default now(),
    primary key (engagement, session, request),
    foreign key (engagement, session) references discovery.session
"""


def upgrade() -> None:
    """Make the tables, their policies and their grants."""
    tenant_table("model_answer", MODEL_ANSWER)
    tenant_table("model_request", MODEL_REQUEST)
