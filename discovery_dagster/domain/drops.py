"""When a drop of the inbox has landed, and which drops are looked at next. Reads no file itself.

Nothing is taken for complete because of its times alone: copying keeps them, and clocks jump. A
drop has to look the same for as long as it was watched, and each look counts for a bounded time.
"""

import hashlib
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from pydantic import BaseModel

from discovery_dagster.domain.keys import EngagementKey, InvalidKeyError

#: The file that says that a drop is whole.
READY: Final = "_READY"

#: Seconds that two looks in a row may count for, however far the clock says that they are apart.
_MOST_BETWEEN_LOOKS = 30.0
#: Drops that are watched at a time; the others wait for their turn.
_MOST_WATCHED = 200


@dataclass(frozen=True)
class Look:
    """What is seen of a drop without reading it; `place` is `client/engagement/drop`.

    `signature` changes with the name, size or times of any file, also of hidden ones, which tools
    write into before they rename them. `files` are the names of those to import.
    """

    place: str
    signature: str
    files: tuple[str, ...]
    ready: bool

    @property
    def is_empty(self) -> bool:
        """Whether its sender called it ready, and nothing is in it."""
        return self.ready and not self.files


class Watch(BaseModel):
    """How long (seconds) a drop has looked the same, and whether taking it in failed since."""

    look: str
    quiet: float = 0
    failed: bool = False


class Cursor(BaseModel):
    """What the inbox remembers from one tick to the next."""

    at: float | None = None
    after_new: str = ""
    after_known: str = ""
    watched: dict[str, Watch] = {}
    reported: str = ""

    @classmethod
    def read(cls, text: str | None) -> "Cursor":
        """Read what an earlier tick wrote; the first has nothing to read."""
        return cls.model_validate_json(text) if text else cls()


def is_imported(name: str) -> bool:
    """Whether a file of a drop, by its path in it, is neither hidden nor a mark."""
    return not any(part.startswith((".", READY)) for part in PurePosixPath(name).parts)


def numbered(name: str, number: int) -> str:
    """The name of a drop, the `number`-th of those that are sent under one."""
    return name if number == 1 else f"{name} ({number})"


def engagement_of(place: str) -> EngagementKey:
    """The engagement that a drop is for.

    Raises:
        InvalidKeyError: when its folders are no slugs.
    """
    client, engagement, _ = place.split("/", 2)
    return EngagementKey(client, engagement)


def well_formed(places: Iterable[str]) -> tuple[list[str], list[str]]:
    """Part the places whose folders are slugs from the reasons why the others are not."""
    good, reasons = [], []
    for place in places:
        try:
            engagement_of(place)
            place.encode()
        except InvalidKeyError as error:
            reasons.append(f"{place!a}: {error}")
        except UnicodeEncodeError:
            reasons.append(f"{place!a}: this name is no valid text.")
        else:
            good.append(place)
    return good, reasons


def take_turns(places: Sequence[str], after: str, most: int) -> list[str]:
    """At most `most` of the sorted places: those that follow `after`, then from the start."""
    start = bisect_right(places, after)
    return [
        *places[start : start + most],
        *places[: max(0, min(start, start + most - len(places)))],
    ]


def find_landed(
    looks: Iterable[Look], cursor: Cursor, now: float, settle: float, most: int
) -> tuple[list[Look], dict[str, Watch]]:
    """Say which drops have landed and which are watched further.

    A drop has landed when it is marked as ready, or when it has looked the same for `settle`
    seconds; one that could not be taken in waits for that time again, marked or not.

    Args:
        looks: of this tick.
        cursor: of the last one.
        now: seconds of the wall clock.
        settle: seconds.
        most: how many may land now; others land later.
    """
    elapsed = 0.0 if cursor.at is None else min(max(now - cursor.at, 0.0), _MOST_BETWEEN_LOOKS)
    landed: list[Look] = []
    watched: dict[str, Watch] = {}
    for look in looks:
        before = cursor.watched.get(look.place)
        watch = Watch(look=look.signature)
        if before is not None and before.look == look.signature:
            watch = before.model_copy(update={"quiet": before.quiet + elapsed})
        if not look.files:
            continue
        over = (look.ready and not watch.failed) or watch.quiet >= settle
        if over and len(landed) < most:
            landed.append(look)
        elif len(watched) < _MOST_WATCHED:
            watched[look.place] = watch
    return landed, watched


def content_digest(hashes: Iterable[str]) -> str:
    """Digest of a drop's content, whatever its files are called."""
    return hashlib.sha256("\n".join(sorted(set(hashes))).encode()).hexdigest()


def news(reasons: Sequence[str], cursor: Cursor) -> tuple[str, str | None]:
    """Digest of `reasons`, and a sentence of them unless they were reported already."""
    digest = hashlib.sha256("\n".join(reasons).encode()).hexdigest() if reasons else ""
    if not reasons or digest == cursor.reported:
        return digest, None
    more = f" (and {len(reasons) - 5} more)" if len(reasons) > 5 else ""
    return digest, " ".join(reasons[:5]) + more


def unread(looks: Iterable[Look], known: Mapping[str, str]) -> list[Look]:
    """The looks at drops that were not taken in as they look now; `known` is `{place: look}`."""
    return [look for look in looks if known.get(look.place) != look.signature]
