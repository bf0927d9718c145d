"""The routes below `/api/v1`, a module a noun."""

from urllib.parse import unquote

from fastapi import APIRouter, Depends, HTTPException, Request

from discovery_dagster.api.routes import assets, dependencies, engagements, plan, quality, sessions


def without_null(request: Request) -> None:
    """Refuse what Postgres cannot hold in any text, before it is asked.

    Raises:
        HTTPException: 400 when path or query has a NUL character.
    """
    if "\0" in request.url.path or "\0" in unquote(request.url.query):
        raise HTTPException(400, "A NUL character is part of no name and no value.")


router = APIRouter(prefix="/api/v1", dependencies=[Depends(without_null)])
for noun in (engagements, sessions, quality, assets, dependencies, plan):
    router.include_router(noun.router)
