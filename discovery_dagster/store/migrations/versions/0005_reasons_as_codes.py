"""What classification keeps beside its answers: cells as written, confidences, software.

`rationale` holds codes from here on, which are worded when they are read; the sentences of older
publications read as they are.
"""

from alembic import op

revision = "0005"
down_revision = "0004"

COLUMNS = """
    declared_type text,
    declared_type_text text,
    os_name_text text,
    environment_text text,
    criticality_text text,
    tier_text text,
    virtual boolean,
    software jsonb,
    tier_confidence double precision,
    environment_confidence double precision,
    criticality_confidence double precision,
    os_confidence double precision
"""


def upgrade() -> None:
    """Add the columns."""
    op.execute(
        "alter table discovery.asset "
        + ", ".join(f"add column {column.strip()}" for column in COLUMNS.split(","))
    )
