"""How many requests a token may make."""

import time
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
    strategy: SlidingWindowCounterRateLimiter = field(
        default_factory=lambda: SlidingWindowCounterRateLimiter(MemoryStorage())
    )
    # Requests count in their threads, and two that start the storage's timer at once fail.
    _one_at_a_time: Lock = field(default_factory=Lock)

    @classmethod
    def of(cls, rate: str) -> "Limiter":
        """Read a rate such as `6000/minute`.

        Raises:
            ValueError: when it is none.
        """
        return cls(parse(rate))

    def check(self, token: str) -> None:
        """Count a request.

        Raises:
            HTTPException: 429 when the token has used up what it may; says when to try again.
        """
        with self._one_at_a_time:
            if self.strategy.hit(self.rate, token):
                return
            reset = self.strategy.get_window_stats(self.rate, token).reset_time
        seconds = max(1, round(reset - time.time()))
        raise HTTPException(429, "Too many requests of this token.", {"Retry-After": str(seconds)})
