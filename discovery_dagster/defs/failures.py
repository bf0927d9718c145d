"""What Dagster may be told of a step that failed: what kind of error, where, and no client's cell.

Polars, Postgres and Python quote the value that they stumble over. Dagster's event log keeps each
message for good and has no isolation of tenants, so what such an error says goes into the
engagement's own folder, and Dagster gets a sentence that names the file.
"""

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from discovery_dagster.domain.errors import OperationError
from discovery_dagster.domain.intake import NothingReadableError
from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.store.claims import FencedError
from discovery_dagster.store.database import DatabaseError
from discovery_dagster.store.objects import ObjectStore

_PACKAGE = Path(__file__).parents[1]


class StepFailedError(OperationError):
    """A step failed; the message is one sentence without anything of the client's."""

    code = "step_failed"


@contextmanager
def redacting_errors(objects: ObjectStore, session: SessionKey, step: str) -> Iterator[None]:
    """Keep an error's own message, which may quote a cell, with the session's data alone.

    Raises:
        StepFailedError: instead of an error that may quote something.
        FencedError: when the session belongs to another run, as it was raised.
        DatabaseError: when Postgres is away, as it was raised.
        NothingReadableError: when no file of the session can be read, as it was raised.
    """
    try:
        yield
    except (FencedError, DatabaseError, NothingReadableError):
        raise  # their messages are our own
    except Exception as error:  # whatever was raised, it may quote
        message = _summary(error, _keep(objects, session, step, error))
    else:
        return
    # Without its cause, which Dagster would store beside it.
    raise StepFailedError(message) from None


def _keep(objects: ObjectStore, session: SessionKey, step: str, error: Exception) -> str:
    words = "".join(traceback.format_exception(error))
    try:
        return f"the whole message is in {objects.keep_failure(session, step, words)}"
    except OSError as unwritten:
        return f"the whole message could not be kept ({unwritten.strerror})"


def _summary(error: Exception, kept: str) -> str:
    place = ""
    for frame in traceback.extract_tb(error.__traceback__):
        path = Path(frame.filename)
        if path.is_relative_to(_PACKAGE):
            place = f" at {path.relative_to(_PACKAGE)}:{frame.lineno}"
    # The system's own words (no space left on device, permission denied), without the file's name.
    cause = f": {error.strerror}" if isinstance(error, OSError) and error.strerror else ""
    return f"{type(error).__name__}{place}{cause}; {kept}."
