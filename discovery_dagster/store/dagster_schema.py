"""Making Dagster's own tables as a whole; apart, since SQLAlchemy costs each command its import."""

from collections.abc import Callable, Iterable

import sqlalchemy as sa


def make(url: str, tables: Iterable[sa.MetaData], stamp: Callable[[sa.Connection], None]) -> None:
    """Make those of `tables`, and of their indexes, that are missing, in one transaction.

    Args:
        url: of the database, as SQLAlchemy has it.
        tables: Dagster's.
        stamp: says in the database of which revision they are.
    """
    with sa.create_engine(url, poolclass=sa.NullPool).begin() as connection:
        for metadata in tables:
            metadata.create_all(connection)
            for table in metadata.sorted_tables:
                for index in table.indexes:  # of tables that were there already
                    index.create(connection, checkfirst=True)
        stamp(connection)
