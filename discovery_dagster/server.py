"""The web server: the read API and the pages in one process."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from fastapi.middleware.gzip import GZipMiddleware

from discovery_dagster.api import problems
from discovery_dagster.api.heads import HeadAsGet
from discovery_dagster.api.health import router as health
from discovery_dagster.api.hosts import KnownHosts
from discovery_dagster.api.limiting import Limiter, Openings
from discovery_dagster.api.live import Watcher
from discovery_dagster.api.middleware import Metrics, Observed
from discovery_dagster.api.routes import router as routes
from discovery_dagster.api.spooling import Spooler
from discovery_dagster.api.state import AppState
from discovery_dagster.api.viewers import is_known
from discovery_dagster.pages import site
from discovery_dagster.sandbox.reader import SandboxedReader
from discovery_dagster.settings import Settings
from discovery_dagster.store.database import Database
from discovery_dagster.store.inboxes import inbox
from discovery_dagster.store.objects import object_store
from discovery_dagster.store.pooled import PooledDatabase
from discovery_dagster.store.private_files import key_of, make_home
from discovery_dagster.store.states import state

_DESCRIPTION = """
What Discovery has materialised, read-only. Lists are paged by opaque cursors: `next` of a page is
the `cursor` of the next one. The same path with `.csv`, `.ndjson`
or `.parquet` at its end answers all rows.
What a token may not see answers 404, as what does not exist.
"""

#: Wrong tokens that a peer may try to sign in with. People mistype a few, programs guess many.
_WRONG_TOKENS = "10/minute"

#: Uploads that a token has open at a time.
_UPLOADS = 2


def create_app(settings: Settings, database: Database, dagster_url: str | None = None) -> FastAPI:
    """Make the application; it opens a pool of its own on the database when it starts."""
    metrics = Metrics()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        pooled = PooledDatabase(database.url, settings.api_connections, settings.api_query_seconds)
        watcher = Watcher(
            lambda session: state(pooled, session).model_dump_json(),
            lambda viewer: is_known(pooled, viewer),
        )
        app.state.discovery = AppState(
            pooled,
            object_store(settings),
            signing_key(settings),
            Limiter.of("token", settings.api_rate, pooled, "Too many requests of this token."),
            Limiter.of(
                "peer",
                _WRONG_TOKENS,
                pooled,
                "Too many wrong tokens from your address: wait a minute.",
            ),
            metrics,
            watcher,
            # Pages and lists, whose queries are short, always find a connection.
            Spooler(settings.spill, writers=settings.api_connections // 2),
            Openings("downloads", settings.api_streams),
            Openings("event streams", settings.api_streams),
            Openings("uploads", _UPLOADS),
            settings.max_upload_bytes,
            inbox(settings),
            lambda: SandboxedReader(settings.limits, settings.allowance, settings.spill),
            dagster_url,
        )
        following = asyncio.create_task(watcher.follow(database))
        try:
            yield
        finally:
            following.cancel()
            pooled.close()

    app = FastAPI(
        title="Discovery",
        version="1",
        description=_DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,  # it loads a CDN's scripts; the pages have the documentation
        redoc_url=None,
        redirect_slashes=False,  # it leads to whatever host the request names
    )
    app.add_middleware(GZipMiddleware, minimum_size=1000, compresslevel=5)
    if settings.api_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.api_origins.split(),
            allow_methods=["GET", "HEAD"],
            allow_headers=["Authorization", "If-None-Match"],
            expose_headers=["ETag", "X-Request-Id"],
        )
    app.add_middleware(HeadAsGet)
    app.add_middleware(KnownHosts, hosts=settings.known_hosts)
    app.add_middleware(Observed, metrics=metrics)
    problems.install(app)
    app.include_router(health)
    app.include_router(routes)
    site.install(app)
    return app


def signing_key(settings: Settings) -> bytes:
    """Return the key that signs this home's cookies and cursors; both are made on first use."""
    make_home(settings.home)
    return key_of(settings.home / "signing.key")
