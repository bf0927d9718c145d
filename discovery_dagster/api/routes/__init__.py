"""The routes below `/api/v1`, a module a noun."""

from fastapi import APIRouter

from discovery_dagster.api.routes import assets, dependencies, engagements, plan, quality, sessions

router = APIRouter(prefix="/api/v1")
for noun in (engagements, sessions, quality, assets, dependencies, plan):
    router.include_router(noun.router)
