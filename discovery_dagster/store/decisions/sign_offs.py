"""Who signed off which plan: a plan is a publication, so that another plan is not signed by it."""

from dataclasses import dataclass
from datetime import datetime

from discovery_dagster.domain.decisions.overrides import read_words
from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.store.database import Database
from discovery_dagster.store.decisions import log
from discovery_dagster.store.decisions.log import SIGN_OFF, DecisionRequest

_FIELD = "signed off"
_NOTHING_SAID = "signed off"


@dataclass(frozen=True)
class SignOff:
    """A plan that somebody has signed off: who, what they said, who entered it and when."""

    decision: int
    publication: str
    name: str
    words: str
    author: str
    at: datetime


def add(
    database: Database,
    session: SessionKey,
    publication: str,
    name: str,
    words: str,
    author: str,
    origin: str,
) -> None:
    """Remember that somebody signs a plan off.

    Args:
        database: the project's.
        session: whose plan it is.
        publication: of the plan.
        name: of who signs.
        words: what they say; may be empty.
        author: who enters it.
        origin: where it comes from.

    Raises:
        InvalidOverrideError: when the name or the words cannot be; nothing is remembered then.
        EngagementArchivedError: when the engagement is archived.
    """
    request = DecisionRequest(
        SIGN_OFF,
        f"{session.session} {publication}",
        f"plan of {session.session}",
        _FIELD,
        read_words(name, "author"),
        None,
        read_words(words or _NOTHING_SAID, "reason"),
        author,
        origin,
    )
    log.add(database, session, [request])


def of_session(database: Database, session: SessionKey) -> list[SignOff]:
    """Return the sign-offs in force of plans that the session has or had, in their order."""
    return [
        SignOff(
            each.decision,
            each.subject.partition(" ")[2],
            each.value or "",
            "" if each.reason == _NOTHING_SAID else each.reason,
            each.author,
            each.at,
        )
        for each in log.current(database, session.engagement)
        if each.kind == SIGN_OFF and each.subject.partition(" ")[0] == session.session
    ]
