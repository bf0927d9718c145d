"""The routes below `/api/v1`, a module a noun."""

from fastapi import APIRouter, Depends, Request

from discovery_dagster.api.problems import NotFound, described
from discovery_dagster.api.routes import (
    assets,
    comparisons,
    dependencies,
    engagements,
    explanations,
    plan,
    quality,
    sessions,
)


async def without_null(request: Request) -> None:
    """Refuse paths that name nothing because Postgres cannot hold their NUL character.

    Raises:
        NotFound: as for everything else that is not there.
    """
    if "\0" in request.scope["path"]:
        raise NotFound


router = APIRouter(
    prefix="/api/v1",
    dependencies=[Depends(without_null)],
    responses=described(400, 401, 404, 422, 429, 503),
)
for noun in (engagements, sessions, quality, assets, explanations, dependencies, plan, comparisons):
    router.include_router(noun.router)
