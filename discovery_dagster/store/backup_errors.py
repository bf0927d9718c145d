"""Why there is no backup, or no home from one."""


class BackupError(RuntimeError):
    """A backup that cannot be made, read or restored here; the message is one sentence."""
