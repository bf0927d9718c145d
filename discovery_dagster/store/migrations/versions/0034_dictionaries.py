"""What the words of a client mean, and which words each session has.

Decisions are the client's, as those about columns are: led by the client, and only ever added to.
"""

from alembic import op

from discovery_dagster.store.migrations.tenancy import tenant_table

revision = "0034"
down_revision = "0031"

#: The clients of the engagements that the context allows.
CLIENTS = (
    "client = any (array(select split_part(engagement, '.', 1)"
    " from unnest((select discovery.context())::text[]) as engagement))"
)

SOURCE_WORD = """
    session text not null,
    seq integer not null,
    "table" integer,
    file text,
    sheet text,
    "column" text,
    field text,
    word text,
    key text,
    rows integer,
    names text[],
    meaning text,
    near text,
    primary key (engagement, session, seq),
    foreign key (engagement, session) references discovery.session
"""


def upgrade() -> None:
    """Make both tables, their policies and their grants."""
    tenant_table("source_word", SOURCE_WORD)
    op.execute("""
        create table discovery.word_decision (
            client text not null,
            decision bigint generated always as identity,
            engagement text not null check (split_part(engagement, '.', 1) = client),
            field text not null,
            word text not null,
            key text not null,
            meaning text,
            author text not null,
            reason text,
            origin text not null,
            at timestamptz not null default now(),
            primary key (client, decision)
        )
    """)
    op.execute("alter table discovery.word_decision enable row level security")
    op.execute("alter table discovery.word_decision force row level security")
    op.execute(
        "create policy client on discovery.word_decision"
        " to discovery_writer, discovery_reader, discovery_owner"
        f" using ({CLIENTS}) with check ({CLIENTS})"
    )
    op.execute("grant select, insert, delete on discovery.word_decision to discovery_writer")
    op.execute("grant select on discovery.word_decision to discovery_reader")
