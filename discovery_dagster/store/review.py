"""The review queue of a session: what its steps and its engagement leave open, and what is kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from discovery_dagster.domain import decision_workbook
from discovery_dagster.domain.decision_workbook.open_questions import (
    Findings,
    Prepared,
    prepare,
    questions,
)
from discovery_dagster.domain.errors import AbsentError
from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.domain.review import Item, items
from discovery_dagster.domain.review.people import Questions, by_person
from discovery_dagster.store import assets, findings, publications
from discovery_dagster.store.database import Database
from discovery_dagster.store.decisions import log
from discovery_dagster.store.decisions.log import (
    COMMENT,
    NAME,
    QUESTION,
    SCENARIO,
    SIGN_OFF,
    Decision,
    DecisionRequest,
)
from discovery_dagster.store.kept import Kept, mark
from discovery_dagster.store.objects import ObjectStore

#: What a workbook says to somebody who does not work with Discovery.
_HOW = (
    "Fill in the yellow columns where you know, and leave the rest empty. Then send this file back"
    " to who sent it to you."
)

#: Of whom a question is asked that nobody is named for.
LATER = "later"
_FIELD = "asked"  # what the log calls whom and when a question is asked


class AnsweredError(AbsentError):
    """An item that is not in the queue any more; the message is one sentence."""

    code = "answered"


@dataclass(frozen=True)
class Queue:
    """What needs a person now, and what is put aside.

    `as_of` is the number of the last decision before; `aside` are decisions about questions, by the
    keys of their items, whose values are `LATER` or the name of who is to be asked.
    """

    as_of: int
    items: Sequence[Item]
    aside: Mapping[str, Decision]

    def find(self, key: str) -> Item:
        """Return the item of this key.

        Raises:
            AnsweredError: when it is not in the queue.
        """
        for item in self.items:
            if item.key == key:
                return item
        raise AnsweredError("This has been answered meanwhile, or is no question any more.")


#: Kinds of decisions that answer no question.
_UNREAD = [QUESTION, SIGN_OFF, SCENARIO, COMMENT, NAME]
#: What of the logs the questions depend on; to put one aside changes none of them.
_MARK = """
    select
        (select max(decision) from discovery.decision
         where engagement = %(engagement)s and kind <> all (%(unread)s)) as decisions,
        (select max(decision) from discovery.mapping_decision where client = %(client)s) as columns,
        (select max(decision) from discovery.word_decision where client = %(client)s) as words,
        (select count(*) + count(removed_at) from discovery.identity_decision
         where engagement = %(engagement)s) as identities
"""
#: Sessions whose queues are kept: to find the questions of 5,000 assets anew takes a second.
_MOST_KEPT = 4
_QUEUES = Kept[Sequence[Item]](_MOST_KEPT)
#: What of a queue needs no new finding after an answer; larger, so kept of fewer sessions.
_PREPARED = Kept[tuple[Findings, Prepared]](2)


def queue(database: Database, objects: ObjectStore, session: SessionKey) -> Queue:
    """Return the review queue of a session.

    Raises:
        NotRunError: when it has no dependencies yet.
    """
    as_of = log.last(database, session.engagement)
    made_from = mark(database, session, publications.current(database, session))

    def published_and_prepared() -> tuple[Findings, Prepared]:
        published = findings.published(database, objects, session)
        return published, prepare(published)

    def asked_now() -> Sequence[Item]:
        published, prepared = _PREPARED.of(made_from, published_and_prepared)
        now = findings.with_decisions(database, session, published)
        return items(questions(now, prepared)[0])

    asked = _QUEUES.of((*made_from, *_decided(database, session)), asked_now)
    decided = log.current(database, session.engagement)
    aside = {each.subject: each for each in decided if each.kind == QUESTION}
    return Queue(as_of, asked, aside)


def _decided(database: Database, session: SessionKey) -> tuple[Any, ...]:
    """What changes with each decision that answers a question."""
    engagement = session.engagement
    values = {"engagement": str(engagement), "client": engagement.client, "unread": _UNREAD}
    with database.reader([engagement]) as connection:
        row = connection.execute(_MARK, values).fetchone()
    return tuple((row or {}).values())


def people(
    database: Database, objects: ObjectStore, session: SessionKey
) -> Mapping[str, Questions]:
    """Return the questions for each person who would know, by name of a sheet.

    Raises:
        NotRunError: when the session has no dependencies yet.
    """
    asked = queue(database, objects, session)
    assigned = {
        key: each.value for key, each in asked.aside.items() if each.value not in (None, LATER)
    }
    return by_person(asked.items, assets.owners(database, session), assigned)


def workbook_for(
    database: Database, objects: ObjectStore, session: SessionKey, person: str
) -> bytes | None:
    """Return a decisions workbook with the questions for one person; None where there are none.

    Raises:
        NotRunError: when the session has no dependencies yet.
    """
    as_of = log.last(database, session.engagement)
    asked = people(database, objects, session).get(" ".join(person.split()))
    if not asked:
        return None
    written = BytesIO()
    decision_workbook.write(written, str(session), as_of, asked, how=_HOW)
    return written.getvalue()


def put_aside(
    database: Database, session: SessionKey, item: Item, name: str, whom: str, author: str,
    origin: str,
) -> None:  # fmt: skip
    """Keep that an item, called `name`, is to be asked later, or of somebody."""
    reason = "asked later" if whom == LATER else "asked of somebody else"
    request = DecisionRequest(QUESTION, item.key, name, _FIELD, whom, None, reason, author, origin)
    log.add(database, session, [request])
