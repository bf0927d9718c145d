"""The review queue of a session: what its steps and its engagement leave open, and what is kept."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from discovery_dagster.domain.decision_workbook.open_questions import questions
from discovery_dagster.domain.errors import AbsentError
from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.domain.review import Item, items
from discovery_dagster.store import publications
from discovery_dagster.store.database import Database
from discovery_dagster.store.decisions import log
from discovery_dagster.store.decisions.log import QUESTION, Decision, DecisionRequest
from discovery_dagster.store.findings import findings
from discovery_dagster.store.objects import ObjectStore

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


#: What of the logs the questions depend on; to put one aside changes none of them.
_MARK = """
    select
        (select max(decision) from discovery.decision
         where engagement = %(engagement)s and kind <> %(question)s) as decisions,
        (select max(decision) from discovery.mapping_decision where client = %(client)s) as columns,
        (select max(decision) from discovery.word_decision where client = %(client)s) as words,
        (select count(*) + count(removed_at) from discovery.identity_decision
         where engagement = %(engagement)s) as identities
"""
#: Queues that are kept: to find the questions of 5,000 assets takes a second.
_MOST_KEPT = 4
_Mark = tuple[Any, ...]


class _Kept:
    """Items of the queues that were asked for last, by all that they were made from.

    Nothing but those publications and decisions has a part in them, so whatever process finds the
    same mark would find the same items.
    """

    def __init__(self) -> None:
        self._items: OrderedDict[_Mark, Sequence[Item]] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, mark: _Mark, find: Callable[[], Sequence[Item]]) -> Sequence[Item]:
        """Return the items of a mark, found by `find` where they are not kept."""
        with self._lock:
            if mark in self._items:
                self._items.move_to_end(mark)
                return self._items[mark]
        asked = find()
        with self._lock:
            self._items[mark] = asked
            while len(self._items) > _MOST_KEPT:
                self._items.popitem(last=False)
        return asked


_KEPT = _Kept()


def queue(database: Database, objects: ObjectStore, session: SessionKey) -> Queue:
    """Return the review queue of a session.

    Raises:
        NotRunError: when it has no dependencies yet.
    """
    as_of = log.last(database, session.engagement)
    asked = _KEPT.of(
        _mark(database, session),
        lambda: items(questions(findings(database, objects, session))[0]),
    )
    decided = log.current(database, session.engagement)
    aside = {each.subject: each for each in decided if each.kind == QUESTION}
    return Queue(as_of, asked, aside)


def _mark(database: Database, session: SessionKey) -> _Mark:
    engagement = session.engagement
    values = {"engagement": str(engagement), "client": engagement.client, "question": QUESTION}
    with database.reader([engagement]) as connection:
        row = connection.execute(_MARK, values).fetchone()
    current = publications.current(database, session)
    published = sorted((step, each.publication) for step, each in current.items())
    return (database.url, session, *published, *(row or {}).values())


def put_aside(
    database: Database, session: SessionKey, item: Item, name: str, whom: str, author: str,
    origin: str,
) -> None:  # fmt: skip
    """Keep that an item, called `name`, is to be asked later, or of somebody."""
    reason = "asked later" if whom == LATER else "asked of somebody else"
    request = DecisionRequest(QUESTION, item.key, name, _FIELD, whom, None, reason, author, origin)
    log.add(database, session, [request])
