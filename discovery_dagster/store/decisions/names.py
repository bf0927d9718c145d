"""What people call a session and a client, in the place of a title at import and of a slug.

Names are decisions in the log, which `sessions` reads, so that nothing of an import is overwritten.
The client's name holds for one engagement: each is told what its own people are called.
"""

from discovery_dagster.domain.decisions.overrides import read_words
from discovery_dagster.domain.errors import InvalidRequestError
from discovery_dagster.domain.keys import EngagementKey, SessionKey
from discovery_dagster.store import sessions
from discovery_dagster.store.database import Database
from discovery_dagster.store.decisions import log
from discovery_dagster.store.decisions.log import COMMAND, NAME, DecisionRequest

_TITLE = "title"
_CLIENT = "client"
_CLIENT_NAME = "client_name"
_LONGEST = 150
_REASON = "named"


class InvalidNameError(InvalidRequestError):
    """A title or a name that cannot be; the message is one sentence."""

    code = "invalid_name"


def set_title(
    database: Database,
    session: SessionKey,
    title: str,
    author: str,
    origin: str = COMMAND,
    seen: int | None = None,
) -> None:
    """Give a session another title.

    Raises:
        NoSuchSessionError: when there is no such session.
        InvalidNameError: when the title is empty or long.
        OvertakenError: see `log.add`.
        EngagementArchivedError: when the engagement is archived.
    """
    before = sessions.find(database, session).title
    called = f"session {session.session}"
    _name(database, session, session.session, called, _TITLE, title, before, author, origin, seen)


def set_client_name(
    database: Database,
    session: SessionKey,
    name: str,
    author: str,
    origin: str = COMMAND,
    seen: int | None = None,
) -> None:
    """Say what the client of an engagement is called; `session` is where it is said.

    Raises:
        InvalidNameError: when the name is empty or long.
        OvertakenError: see `log.add`.
        EngagementArchivedError: when the engagement is archived.
    """
    before = client_name(database, session.engagement)
    called = f"client {session.engagement.client}"
    _name(database, session, _CLIENT, called, _CLIENT_NAME, name, before, author, origin, seen)


def client_name(database: Database, engagement: EngagementKey) -> str | None:
    """Return what the client is called; None where nobody said."""
    for row in log.current(database, engagement):
        if (row.kind, row.subject) == (NAME, _CLIENT):
            return row.value
    return None


def _name(
    database: Database,
    session: SessionKey,
    subject: str,
    called: str,
    field: str,
    text: str,
    before: str | None,
    author: str,
    origin: str,
    seen: int | None,
) -> None:
    name = " ".join(text.split())
    if not name or len(name) > _LONGEST or not name.isprintable():
        raise InvalidNameError(f"A name has 1 to {_LONGEST} characters, all of them printable.")
    by = read_words(author, "author")
    request = DecisionRequest(NAME, subject, called, field, name, before, _REASON, by, origin)
    log.add(database, session, [request], seen)
