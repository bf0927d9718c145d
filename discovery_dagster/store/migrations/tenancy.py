"""The shape of every tenant table, for migrations: a changed rule is a new function here."""

from alembic import op


def tenant_table(name: str, columns: str, kind: str = "table") -> None:
    """Make a table led by the engagement, with its policy and the grants of writer and reader."""
    op.execute(f"create {kind} discovery.{name} (engagement text not null, {columns})")
    op.execute(f"alter table discovery.{name} enable row level security")
    op.execute(f"alter table discovery.{name} force row level security")
    op.execute(
        f"create policy tenant on discovery.{name}"
        " to discovery_writer, discovery_reader, discovery_owner"
        " using (engagement = any ((select discovery.context())::text[]))"
        " with check (engagement = any ((select discovery.context())::text[]))"
    )
    op.execute(f"grant select, insert, update, delete on discovery.{name} to discovery_writer")
    op.execute(f"grant select on discovery.{name} to discovery_reader")
