"""The role of the backup, in homes of earlier versions.

`schema.migrate` makes the role and opens every table to it after each upgrade; this revision has
homes pass there that lack nothing else.
"""

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Change no table."""
