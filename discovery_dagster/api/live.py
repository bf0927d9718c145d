"""The states of sessions as they change: one poll a session, however many listen to it.

A poll asks who listens, too: whose token or login has ended hears nothing more.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass, field

from starlette.concurrency import run_in_threadpool

from discovery_dagster.api.viewers import Viewer
from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.store.database import DatabaseError

#: Seconds between two looks at a session that somebody listens to.
INTERVAL = 0.7

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
    poll: asyncio.Task[None] | None = None


class Watcher:
    """Gives listeners a session's state, as JSON, at once and again at each change."""

    def __init__(
        self, look: Callable[[SessionKey], str], is_known: Callable[[Viewer], bool]
    ) -> None:
        self._look = look
        self._is_known = is_known
        self._channels: dict[SessionKey, _Channel] = {}

    async def states(self, session: SessionKey, viewer: Viewer) -> AsyncIterator[str | None]:
        """Yield each state, and None where nothing has changed for `HEARTBEAT` seconds.

        It ends when the viewer is known no more.
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
            # While the database is away the last state stands, and so does who is known.
            with suppress(DatabaseError):
                viewers = set(channel.listeners)
                state, unknown = await run_in_threadpool(self._looked, session, viewers)
                async with channel.changed:
                    channel.unknown |= unknown & channel.listeners.keys()
                    if state != channel.state:
                        channel.state, channel.version = state, channel.version + 1
                    channel.changed.notify_all()
            await asyncio.sleep(INTERVAL)

    def _looked(self, session: SessionKey, viewers: set[Viewer]) -> tuple[str, set[Viewer]]:
        unknown = {viewer for viewer in viewers if not self._is_known(viewer)}
        return self._look(session), unknown
