"""HEAD wherever there is GET: the same headers, and no body (RFC 9110, section 9.3.2)."""

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class HeadAsGet:
    """Has the application answer GET, and leaves when its headers are there."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return
        questions: list[Message] = [{"type": "http.request", "body": b"", "more_body": False}]
        finished = asyncio.Event()

        async def once() -> Message:
            if questions:
                return questions.pop()
            await finished.wait()  # a stream would go on for a peer that is there
            return {"type": "http.disconnect"}

        async def headers_alone(message: Message) -> None:
            if message["type"] == "http.response.start":
                await send(message)
                await send({"type": "http.response.body", "body": b""})
                finished.set()

        as_get = {**scope, "method": "GET"}
        try:
            await self.app(as_get, once, headers_alone)
        finally:
            scope.update({name: as_get[name] for name in ("route", "state") if name in as_get})
