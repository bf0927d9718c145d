"""The states of sessions as they change: one look a session, however many listen to it.

A session is looked at when Postgres gives notice of a change, and now and then besides. A look asks
who listens, too: whose token or login has ended hears nothing more.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass, field

from starlette.concurrency import run_in_threadpool

from discovery_dagster.api.viewers import Viewer
from discovery_dagster.domain.errors import AbsentError
from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.store import notices
from discovery_dagster.store.database import Database, DatabaseError

#: Seconds between two looks at least, so that a run that says much costs little.
_PAUSE = 0.3

#: Seconds after which it is tried again to hear notices.
_RETRY = 2.0

#: Seconds after which a listener hears something, so that proxies keep the connection.
HEARTBEAT = 15.0


@dataclass
class _Channel:
    """A session that is listened to; `version` counts its states."""

    listeners: Counter[Viewer] = field(default_factory=Counter)
    unknown: set[Viewer] = field(default_factory=set)
    version: int = 0
    state: str | None = None
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)
    woken: asyncio.Event = field(default_factory=asyncio.Event)
    poll: asyncio.Task[None] | None = None


class Watcher:
    """Gives listeners a session's state, as JSON, at once and again at each change."""

    def __init__(
        self, look: Callable[[SessionKey], str], is_known: Callable[[Viewer], bool]
    ) -> None:
        self._look = look
        self._is_known = is_known
        self._channels: dict[SessionKey, _Channel] = {}
        self._interval = notices.WITHOUT

    async def follow(self, database: Database) -> None:
        """Look at once at what Postgres gives notice of, until cancelled."""
        while True:
            try:
                async with notices.heard(database) as heard:
                    self._interval = notices.WITH
                    self._wake(notices.EVERYTHING)  # what changed while nobody listened
                    async for notice in heard:
                        self._wake(notice)
            except DatabaseError:
                pass  # it is looked more often, and tried again
            finally:
                self._interval = notices.WITHOUT
                self._wake(notices.EVERYTHING)
            await asyncio.sleep(_RETRY)

    def _wake(self, notice: str) -> None:
        for session, channel in self._channels.items():
            if notices.concerns(notice, session):
                channel.woken.set()

    async def states(self, session: SessionKey, viewer: Viewer) -> AsyncIterator[str | None]:
        """Yield each state, and None where nothing has changed for `HEARTBEAT` seconds.

        It ends when the viewer is known no more, or the session erased.
        """
        channel = self._channels.setdefault(session, _Channel())
        channel.listeners[viewer] += 1
        if channel.poll is None:
            channel.poll = asyncio.create_task(self._poll(session, channel))
        seen = 0
        try:
            while True:
                try:
                    async with asyncio.timeout(HEARTBEAT), channel.changed:
                        await channel.changed.wait_for(
                            lambda: channel.version > seen or viewer in channel.unknown  # noqa: B023
                        )
                        seen, state = channel.version, channel.state
                        if viewer in channel.unknown:
                            return
                except TimeoutError:
                    state = None
                yield state
        finally:
            channel.listeners[viewer] -= 1
            if not channel.listeners[viewer]:
                del channel.listeners[viewer]
                channel.unknown.discard(viewer)
            if not channel.listeners:
                channel.poll.cancel()
                self._channels.pop(session, None)

    async def _poll(self, session: SessionKey, channel: _Channel) -> None:
        while True:
            channel.woken.clear()  # before the look: what changes during it is looked at again
            # While the database is away the last state stands, and so does who is known.
            with suppress(DatabaseError):
                viewers = set(channel.listeners)
                state, unknown = await run_in_threadpool(self._looked, session, viewers)
                async with channel.changed:
                    channel.unknown |= unknown & channel.listeners.keys()
                    if state != channel.state:
                        channel.state, channel.version = state, channel.version + 1
                    channel.changed.notify_all()
            await asyncio.sleep(_PAUSE)
            with suppress(TimeoutError):
                async with asyncio.timeout(self._interval - _PAUSE):
                    await channel.woken.wait()

    def _looked(self, session: SessionKey, viewers: set[Viewer]) -> tuple[str | None, set[Viewer]]:
        unknown = {viewer for viewer in viewers if not self._is_known(viewer)}
        try:
            return self._look(session), unknown
        except AbsentError:  # erased since
            return None, viewers
