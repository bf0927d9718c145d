"""The states of sessions as they change: one poll a session, however many listen to it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass, field

from starlette.concurrency import run_in_threadpool

from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.store.database import DatabaseError

#: Seconds between two looks at a session that somebody listens to.
INTERVAL = 0.7

#: Seconds after which a listener hears something, so that proxies keep the connection.
HEARTBEAT = 15.0


@dataclass
class _Channel:
    """A session that is listened to; `version` counts its states."""

    listeners: int = 0
    version: int = 0
    state: str | None = None
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)
    poll: asyncio.Task[None] | None = None


class Watcher:
    """Gives listeners a session's state, as JSON, at once and again at each change."""

    def __init__(self, look: Callable[[SessionKey], str]) -> None:
        self._look = look
        self._channels: dict[SessionKey, _Channel] = {}

    async def states(self, session: SessionKey) -> AsyncIterator[str | None]:
        """Yield each state, and None where nothing has changed for `HEARTBEAT` seconds."""
        channel = self._channels.setdefault(session, _Channel())
        channel.listeners += 1
        if channel.poll is None:
            channel.poll = asyncio.create_task(self._poll(session, channel))
        seen = 0
        try:
            while True:
                try:
                    async with asyncio.timeout(HEARTBEAT), channel.changed:
                        await channel.changed.wait_for(lambda: channel.version > seen)  # noqa: B023
                        seen, state = channel.version, channel.state
                except TimeoutError:
                    state = None
                yield state
        finally:
            channel.listeners -= 1
            if channel.listeners == 0:
                channel.poll.cancel()
                self._channels.pop(session, None)

    async def _poll(self, session: SessionKey, channel: _Channel) -> None:
        while True:
            state: str | None = None
            # While the database is away the last state stands.
            with suppress(DatabaseError):
                state = await run_in_threadpool(self._look, session)
            if state is not None and state != channel.state:
                async with channel.changed:
                    channel.state, channel.version = state, channel.version + 1
                    channel.changed.notify_all()
            await asyncio.sleep(INTERVAL)
