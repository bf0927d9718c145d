"""How many requests a token may make, and how many of them may be open at a time."""

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock

from fastapi import HTTPException
from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter


@dataclass(frozen=True)
class Limiter:
    """Counts in this process: there is one, and a restart forgives."""

    rate: RateLimitItem
    refusal: str = "Too many requests."
    strategy: SlidingWindowCounterRateLimiter = field(
        default_factory=lambda: SlidingWindowCounterRateLimiter(MemoryStorage())
    )
    # Requests count in their threads, and two that start the storage's timer at once fail.
    _one_at_a_time: Lock = field(default_factory=Lock)

    @classmethod
    def of(cls, rate: str, refusal: str = "Too many requests.") -> "Limiter":
        """Read a rate such as `6000/minute`; `refusal` says what there was too much of.

        Raises:
            ValueError: when it is none.
        """
        return cls(parse(rate), refusal)

    def check(self, who: str, *, count: bool = True) -> None:
        """Count a request of somebody, or see only whether one more is allowed.

        Raises:
            HTTPException: 429 when they have used up what they may; says when to try again.
        """
        with self._one_at_a_time:
            if (self.strategy.hit if count else self.strategy.test)(self.rate, who):
                return
            reset = self.strategy.get_window_stats(self.rate, who).reset_time
        seconds = max(1, round(reset - time.time()))
        raise HTTPException(429, self.refusal, {"Retry-After": str(seconds)})


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
