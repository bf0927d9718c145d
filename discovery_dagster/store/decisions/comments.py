"""What a team notes about assets, move groups and waves: name, time and text.

A comment is a decision in the log that no step reads. Each is a subject of its own, so that none
takes the place of another.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from discovery_dagster.domain.decisions.overrides import read_words
from discovery_dagster.domain.keys import EngagementKey, SessionKey
from discovery_dagster.store.database import Database
from discovery_dagster.store.decisions import log
from discovery_dagster.store.decisions.log import (
    COMMAND,
    COMMENT,
    DecisionRequest,
    NoSuchDecisionError,
)

_FIELD = "comment"


class About(StrEnum):
    """What a comment can be about; an asset and a group by id, a wave by number."""

    ASSET = "asset"
    GROUP = "group"
    WAVE = "wave"


@dataclass(frozen=True)
class Comment:
    """What somebody noted; `subject` is an id or a number, `name` how people call it."""

    decision: int
    about: About
    subject: str
    name: str
    text: str
    author: str
    session: str  # whose page it was noted on
    at: datetime


def add(
    database: Database,
    session: SessionKey,
    about: About,
    subject: str,
    name: str,
    text: str,
    author: str,
    origin: str = COMMAND,
) -> None:
    """Note something about an asset, a group or a wave.

    Raises:
        InvalidOverrideError: when there is no text or no author, or either is too long.
        EngagementArchivedError: when the engagement is archived.
    """
    request = DecisionRequest(
        COMMENT,
        f"{about} {subject} {secrets.token_hex(8)}",
        name,
        _FIELD,
        read_words(text.replace("\0", " "), "comment"),
        None,
        _FIELD,
        read_words(author, "author"),
        origin,
    )
    log.add(database, session, [request])


def current(database: Database, engagement: EngagementKey) -> list[Comment]:
    """Return the comments that nobody took back, the first first."""
    comments = []
    for row in log.current(database, engagement):
        if row.kind == COMMENT and row.value is not None:
            about, _, rest = row.subject.partition(" ")
            subject = rest.rpartition(" ")[0]
            comments.append(
                Comment(
                    row.decision, About(about), subject, row.name, row.value, row.author,
                    row.session, row.at,
                )
            )  # fmt: skip
    return comments


def about_asset(database: Database, engagement: EngagementKey, asset_id: str) -> list[Comment]:
    """Return the comments on one asset."""
    return [
        each
        for each in current(database, engagement)
        if (each.about, each.subject) == (About.ASSET, asset_id)
    ]


def take_back(
    database: Database, engagement: EngagementKey, decision: int, author: str, origin: str = ""
) -> Comment:
    """Take a comment back, and return it; the log keeps it.

    Raises:
        NoSuchDecisionError: when there is no comment of this number.
        EngagementArchivedError: when the engagement is archived.
    """
    one = next((each for each in current(database, engagement) if each.decision == decision), None)
    if one is None:
        raise NoSuchDecisionError(f"{engagement} has no comment {decision}.")
    log.take_back(database, engagement, decision, "taken back", author, origin)
    return one
