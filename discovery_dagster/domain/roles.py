"""What a token lets people do in its scope."""

from enum import StrEnum


class Role(StrEnum):
    """Who looks, who decides, and who runs the installation; each may what those before may."""

    VIEWER = "viewer"
    EDITOR = "editor"
    OPERATOR = "operator"

    @property
    def may_edit(self) -> bool:
        """Whether it may change anything."""
        return self is not Role.VIEWER
