"""Results that are kept in the process, by all that they were made from.

Nothing but that has a part in them, so whatever process finds the same key would find the same
result, and none is ever wrong: what they were made from has another key as soon as it changes.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from typing import Generic, TypeVar

from discovery_dagster.domain.facts import Publication
from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.store.database import Database

_Result = TypeVar("_Result")


class Kept(Generic[_Result]):
    """The results that were asked for last, at most `most`."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._results: OrderedDict[Hashable, _Result] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, key: Hashable, find: Callable[[], _Result]) -> _Result:
        """Return the result of a key, found by `find` where it is not kept."""
        with self._lock:
            if key in self._results:
                self._results.move_to_end(key)
                return self._results[key]
        result = find()
        with self._lock:
            self._results[key] = result
            while len(self._results) > self._most:
                self._results.popitem(last=False)
        return result


def mark(
    database: Database, session: SessionKey, published: Mapping[str, Publication]
) -> tuple[Hashable, ...]:
    """Return a key of all that a session has published."""
    steps = sorted((step, each.publication) for step, each in published.items())
    return (database.url, session, *steps)
