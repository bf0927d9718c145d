"""ETags: what a session has published tells whether an answer about it is still the same."""

import hashlib
from collections.abc import Sequence
from typing import Annotated

from fastapi import Depends, Request, Response

from discovery_dagster.api.problems import NotModified

#: Counted up when answers get another shape from the same publications.
_SHAPE = "1"


async def unchanged(request: Request, response: Response) -> str:
    """Give the answer its ETag, and return it.

    It goes by what the parameters before it have looked up, such as a `SessionOf`, and does not
    depend on them: FastAPI walks the dependencies of a dependency again each time it is named, and
    those of a session are a tenth of what a page of a list costs.

    Raises:
        NotModified: when the caller named it in If-None-Match.
    """
    made: Sequence[str] = request.state.publications
    text = "\n".join([_SHAPE, str(request.url.path), str(request.url.query), *made])
    etag = f'W/"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'
    asked = request.headers.get("if-none-match", "")
    if etag in (part.strip() for part in asked.split(",")):
        raise NotModified(etag)
    response.headers["ETag"] = etag
    return etag


Fresh = Annotated[str, Depends(unchanged)]
