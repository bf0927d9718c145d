"""The read API for notebooks: `Discovery(url, token).session("acme.dc-exit", "s001").assets()`.

Stands alone: it imports nothing of the rest of the project, and answers pandas frames.
"""

from discovery_dagster.client.connection import DiscoveryError
from discovery_dagster.client.discovery import Discovery, Session

__all__ = ["Discovery", "DiscoveryError", "Session"]
