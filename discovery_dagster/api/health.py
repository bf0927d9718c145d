"""Whether the server lives, and whether it can answer."""

from fastapi import APIRouter
from pydantic import BaseModel, Field

from discovery_dagster.api.problems import described
from discovery_dagster.api.security import DatabaseOf

router = APIRouter(tags=["operations"])


class Health(BaseModel):
    """That it is well."""

    status: str = Field("ok", examples=["ok"])


@router.get("/healthz")
def healthz() -> Health:
    """Say that the process answers."""
    return Health()


@router.get("/readyz", responses=described(503))
def readyz(database: DatabaseOf) -> Health:
    """Say that the database answers, too."""
    with database.operator() as connection:
        connection.execute("select 1")
    return Health()
