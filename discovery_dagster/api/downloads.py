"""Downloads: a token has a few at a time, and none of them holds a connection while it is read."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from fastapi.responses import StreamingResponse

from discovery_dagster.api.spooling import Parts, Spooler
from discovery_dagster.api.state import app_state


@dataclass(frozen=True)
class Download:
    """A download of this token."""

    token: str
    spooler: Spooler

    def answer(self, parts: Parts, media_type: str, name: str, etag: str) -> StreamingResponse:
        """Answer with a file of this name."""
        return StreamingResponse(
            self.spooler.pieces(self.token, parts),
            media_type=media_type,
            headers={"Content-Disposition": f'attachment; filename="{name}"', "ETag": etag},
        )


async def _download(request: Request) -> AsyncIterator[Download]:
    """Count a download of the viewer that `session_in_scope` has found, until it ends.

    Raises:
        HTTPException: 429 when the token has as many as it may.
    """
    state, token = app_state(request), request.state.viewer.token
    with state.downloads.one_more(token):
        yield Download(token, state.spooler)


#: Named after the session among a route's parameters, which are found in their order.
DownloadOf = Annotated[Download, Depends(_download)]
