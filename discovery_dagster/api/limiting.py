"""How many requests a token may make, and how many of them may be open at a time."""

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Lock
from typing import Final

from fastapi import HTTPException
from limits import RateLimitItem, parse

from discovery_dagster.store import request_counts
from discovery_dagster.store.database import Database, DatabaseError

#: Seconds after which, and the part of a limit at which, a replica shares what it has counted with
#: the others: together they let a token have a limit and a twentieth of it for each of them.
_SHARING_INTERVAL: Final = 1.0
_SHARING_PART: Final = 20

#: Seconds between two deletions of old counts.
_FORGETTING_INTERVAL: Final = 60.0


@dataclass
class _Counted:
    """Requests of somebody in a period: those that all replicas shared, and ours since then."""

    period: int
    current: int = 0
    previous: int = 0
    unshared: int = 0
    shared_at: float = 0.0


@dataclass
class Limiter:
    """A limit on the requests of each token or peer, at whichever replica they arrive.

    A window slides: of the period before, as much counts as still lies in it. While the database is
    away, each replica goes by what it knows.
    """

    name: str
    rate: RateLimitItem
    database: Database
    refusal: str
    _counted: dict[str, _Counted] = field(default_factory=dict)
    _oldest: int = 0  # period of those
    _forgotten_at: float = 0.0
    _lock: Lock = field(default_factory=Lock)  # requests count in their threads

    @classmethod
    def of(cls, name: str, rate: str, database: Database, refusal: str) -> "Limiter":
        """Read a rate such as `6000/minute`; `refusal` says what there was too much of.

        Raises:
            ValueError: when it is none.
        """
        return cls(name, parse(rate), database, refusal)

    def check(self, who: str, *, count: bool = True) -> None:
        """Count a request of somebody, or see only whether one more is allowed.

        Raises:
            HTTPException: 429 when they have used up what they may; says when to try again.
        """
        now, seconds = time.time(), self.rate.get_expiry()
        period, elapsed = divmod(now, seconds)
        counted = self._of(who, int(period))
        self._share(who, counted, now)
        with self._lock:
            before = counted.previous * (1 - elapsed / seconds)
            if before + counted.current + counted.unshared < self.rate.amount:
                counted.unshared += count
                return
        raise HTTPException(
            429, self.refusal, {"Retry-After": str(max(1, round(seconds - elapsed)))}
        )

    def _of(self, who: str, period: int) -> _Counted:
        with self._lock:
            counted = self._counted.get(who)
            if counted is None or counted.period != period:
                follows = counted is not None and counted.period == period - 1
                before = counted.current + counted.unshared if counted and follows else 0
                self._drop_before(period - 1)
                counted = self._counted[who] = _Counted(period, previous=before)
            return counted

    def _drop_before(self, period: int) -> None:
        if self._oldest < period:
            self._oldest = period
            kept = {who: each for who, each in self._counted.items() if each.period >= period}
            self._counted = kept

    def _share(self, who: str, counted: _Counted, now: float) -> None:
        """Share our requests with the others, and learn of theirs, when that is due."""
        with self._lock:
            many = counted.unshared >= max(1, self.rate.amount // _SHARING_PART)
            if not many and now - counted.shared_at < _SHARING_INTERVAL:
                return
            counted.shared_at, unshared = now, counted.unshared
            counted.current, counted.unshared = counted.current + unshared, 0
        with suppress(DatabaseError):
            counts = request_counts.add(
                self.database,
                f"{self.name}:{who}",
                counted.period,
                self.rate.get_expiry(),
                unshared,
            )
            with self._lock:
                # Another thread may have shared, and learned, more.
                counted.current = max(counted.current, counts.current)
                counted.previous = max(counted.previous, counts.previous)
            self._forget(now)

    def _forget(self, now: float) -> None:
        if now - self._forgotten_at > _FORGETTING_INTERVAL:
            self._forgotten_at = now
            request_counts.forget(self.database)


@dataclass(frozen=True)
class Openings:
    """How many of what stays open for long, called `name`, each token has; for the event loop."""

    name: str
    limit: int
    _open: Counter[str] = field(default_factory=Counter)

    @contextmanager
    def one_more(self, token: str) -> Iterator[None]:
        """Count one more of this token for as long as it is open.

        Raises:
            HTTPException: 429 when the token has as many as it may.
        """
        if self._open[token] >= self.limit:
            raise HTTPException(
                429,
                f"This token has {self.limit} {self.name} open, which is the limit."
                " Close one, or wait until one ends.",
                {"Retry-After": "5"},
            )
        self._open[token] += 1
        try:
            yield
        finally:
            self._open[token] -= 1
            if not self._open[token]:
                del self._open[token]
