"""What the loss of each single point of failure would part."""

from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Add the column to the nodes of the graph."""
    op.execute("alter table discovery.graph_node add column single_point_reason text")
