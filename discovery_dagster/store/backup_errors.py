"""Why there is no backup, or no home from one."""

from discovery_dagster.domain.errors import OperationError


class BackupError(OperationError):
    """A backup that cannot be made, read or restored here; the message is one sentence."""

    code = "backup"
