"""How many assets each wave of a plan has, and where there is room for more."""

from collections import defaultdict


class Filled:
    """How full waves are; none is ever full without a capacity."""

    def __init__(self, capacity: int | None) -> None:
        self._capacity = capacity
        self._used: dict[int, int] = defaultdict(int)
        self._after: dict[int, int] = {}  # of a wave without any room, one that may have some

    def add(self, wave: int, assets: int) -> None:
        """Account for assets that move in a wave, or with a negative number, do not."""
        self._used[wave] += assets
        self._after.pop(wave, None)
        if self._capacity is not None and self._used[wave] >= self._capacity:
            self._after[wave] = wave + 1

    def exceeds(self, wave: int) -> bool:
        """Whether a wave has more than it may."""
        return self._capacity is not None and self._used[wave] > self._capacity

    def takes(self, wave: int, assets: int) -> bool:
        """Whether a group fits; one that is larger than any wave has one of its own."""
        used = self._used[wave]
        return self._capacity is None or used == 0 or used + assets <= self._capacity

    def open_from(self, wave: int) -> int:
        """Return the first wave from this one on that is not full."""
        ahead = wave
        while ahead in self._after:
            ahead = self._after[ahead]
        while wave in self._after:  # so that no full wave is passed twice
            self._after[wave], wave = ahead, self._after[wave]
        return ahead
