"""Whether the server lives, and whether it can answer."""

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel, Field

from discovery_dagster.api.hosts import is_loopback
from discovery_dagster.api.problems import described
from discovery_dagster.api.security import DatabaseOf, StateOf, known_viewer
from discovery_dagster.api.viewers import Viewer

router = APIRouter(tags=["operations"])

#: Headers by which a proxy says that it asks for somebody else (RFC 7239, RFC 9110, nginx),
#: beside those that begin with `X-Forwarded-`.
_FORWARDED = frozenset({"forwarded", "via", "x-real-ip"})


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


@router.get(
    "/metrics",
    response_class=Response,
    responses={200: {"content": {CONTENT_TYPE_LATEST: {}}}, **described(401)},
    openapi_extra={"security": [{}, {"HTTPBearer": []}]},
)
def metrics(
    request: Request, state: StateOf, asking: Annotated[Viewer | None, Depends(known_viewer)]
) -> Response:
    """Count requests and their times, for Prometheus; for others than this machine by token."""
    if asking is None and not _is_local(request):
        raise HTTPException(401, "A valid bearer token is needed.", {"WWW-Authenticate": "Bearer"})
    return Response(generate_latest(state.metrics.registry), media_type=CONTENT_TYPE_LATEST)


def _is_local(request: Request) -> bool:
    """Whether a program of this machine asks for itself: a proxy on it asks for others."""
    forwarded = any(
        name in _FORWARDED or name.startswith("x-forwarded-") for name in request.headers
    )
    return not forwarded and request.client is not None and is_loopback(request.client.host)
