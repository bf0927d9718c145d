"""What a person, another program or an outage may bring about: one tree, each with a stable code.

Command line, API and pages choose exit codes, statuses and texts by the branch and the code, never
by the name of a class. Whatever a module raises for itself and handles itself is not in it.
"""

#: What a `MemoryError` is called, whatever it ended.
NOT_ENOUGH_MEMORY = "There is not enough memory: end other programs and try again."


class DiscoveryError(Exception):
    """An error with a stable `code`; its message is one sentence for the person who sees it."""

    code: str


class InvalidRequestError(DiscoveryError):
    """What was asked for cannot be: asking again does not help."""


class AbsentError(InvalidRequestError):
    """Something was named that does not exist, or that the one who asks may not see."""


class OperationError(DiscoveryError):
    """What was asked for is right, and could not be done now or here."""


class UnreadableFileError(InvalidRequestError):
    """A file from which no record can be read; `code` is stable, the message is one sentence."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def is_panic(error: BaseException) -> bool:
    """Whether Rust panicked; that type can be imported from nowhere, and is no `Exception`."""
    return type(error).__name__ == "PanicException"
