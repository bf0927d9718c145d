"""All pages together, as an application below the read API's."""

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.responses import RedirectResponse
from starlette.responses import Response
from starlette.routing import Match, Mount
from starlette.staticfiles import StaticFiles

from discovery_dagster.pages import (
    answers,
    asset,
    asset_decisions,
    changes,
    comments,
    decisions,
    dependencies,
    documentation,
    downloads,
    dry_run,
    engagements,
    importing,
    inventory,
    links,
    names,
    plan,
    plan_limits,
    plan_moves,
    plan_scenarios,
    plan_sign_off,
    quality,
    review,
    review_answers,
    review_people,
    running,
    session,
    sign_in,
    teaching,
    tokens,
    upload_parts,
)
from discovery_dagster.pages.rendering import STATIC

#: The modules of the pages, each with a `router`.
PAGES = (
    sign_in, engagements, names, importing, upload_parts, dry_run, session, review, review_answers,
    review_people, teaching, quality, downloads, inventory, asset, asset_decisions, dependencies,
    plan, plan_limits, plan_moves, plan_scenarios, plan_sign_off, running, changes, comments,
    decisions, tokens, documentation,
)  # fmt: skip


def install(app: FastAPI) -> None:
    """Add the pages to the server; its own routes come first."""
    site = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    site.state = app.state  # what `app_state` reads of the application that answers
    answers.install(site)
    site.mount("/static", _Static(directory=str(STATIC)))
    for page in PAGES:
        site.include_router(page.router)

    @site.get("/")
    def home() -> RedirectResponse:
        return RedirectResponse(links.home(), HTTPStatus.SEE_OTHER)

    app.router.routes.append(_BelowTheApi("/", site))


class _BelowTheApi(Mount):
    """Takes what is no path of the API, whatever the method, known or not."""

    def matches(self, scope: Any) -> tuple[Match, Any]:
        if scope["path"].startswith("/api/"):
            return Match.NONE, {}
        others = (route for route in scope["app"].router.routes if route is not self)
        if any(route.matches(scope)[0] is Match.PARTIAL for route in others):
            return Match.NONE, {}
        return super().matches(scope)


class _Static(StaticFiles):
    """Files whose URL holds their content's digest, so that a browser need never ask again."""

    async def get_response(self, path: str, scope: Any) -> Response:
        response = await super().get_response(path, scope)
        if response.status_code == HTTPStatus.OK and scope["query_string"]:
            response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response
