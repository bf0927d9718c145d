"""ETags: what a session has published tells whether an answer about it is still the same."""

import hashlib
from typing import Annotated

from fastapi import Depends, Request, Response

from discovery_dagster.api.problems import NotModified
from discovery_dagster.api.security import DatabaseOf, SessionOf
from discovery_dagster.store import publications

#: Counted up when answers get another shape from the same publications.
_SHAPE = "1"


def unchanged(
    request: Request, response: Response, session: SessionOf, database: DatabaseOf
) -> str:
    """Give the answer its ETag, and return it.

    Raises:
        NotModified: when the caller named it in If-None-Match.
    """
    current = publications.current(database, session)
    made = sorted(made.publication for made in current.values())
    text = "\n".join([_SHAPE, str(request.url.path), str(request.url.query), *made])
    etag = f'W/"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'
    asked = request.headers.get("if-none-match", "")
    if etag in (part.strip() for part in asked.split(",")):
        raise NotModified(etag)
    response.headers["ETag"] = etag
    return etag


Fresh = Annotated[str, Depends(unchanged)]
