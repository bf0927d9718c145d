"""Alembic's entry: runs the revisions on the connection that `schema.migrate` hands over."""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"], version_table_schema="discovery"
)
with context.begin_transaction():
    context.run_migrations()
