"""ETags: what a session has published tells whether an answer about it is still the same."""

import hashlib
from collections.abc import Sequence
from typing import Annotated

from fastapi import Depends, Request, Response

from discovery_dagster.api.problems import NotModified
from discovery_dagster.api.security import SessionOf

#: Counted up when answers get another shape from the same publications.
_SHAPE = "1"


async def unchanged(request: Request, response: Response, session: SessionOf) -> str:
    """Give the answer its ETag, and return it.

    Raises:
        NotModified: when the caller named it in If-None-Match.
    """
    publications: Sequence[str] = request.state.publications  # of `session_in_scope`
    text = "\n".join([_SHAPE, str(request.url.path), str(request.url.query), *publications])
    etag = f'W/"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'
    known = request.headers.get("if-none-match", "")
    if etag in (part.strip() for part in known.split(",")):
        raise NotModified(etag)
    response.headers["ETag"] = etag
    return etag


Fresh = Annotated[str, Depends(unchanged)]
