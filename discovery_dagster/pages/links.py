"""Where the pages are. A page's URL is the read API's without `/api/v1`; filters are its query."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from discovery_dagster.domain.keys import EngagementKey, SessionKey

API = "/api/v1"


def home() -> str:
    """All engagements that the viewer may see."""
    return "/engagements"


def sign_in(next_url: str | None = None) -> str:
    """The form that takes a token; afterwards the browser is at `next_url`."""
    return with_query("/sign-in", {"next": next_url})


def sign_out() -> str:
    """Where the button of that name posts to."""
    return "/sign-out"


def engagement(key: EngagementKey) -> str:
    """An engagement and its sessions."""
    return f"/engagements/{key}"


def decisions(key: EngagementKey) -> str:
    """What people decided in an engagement."""
    return f"{engagement(key)}/decisions"


def session(key: SessionKey, page: str = "", **query: Any) -> str:
    """A page of a session: `assets`, `dependencies`, … or none for the session itself."""
    path = f"{engagement(key.engagement)}/sessions/{key.session}"
    return with_query(f"{path}/{page}" if page else path, query)


def asset(key: SessionKey, asset_id: str) -> str:
    """The page of one asset."""
    return session(key, f"assets/{quote(asset_id, safe='')}")


def data(key: SessionKey, table: str, form: str = "", **query: Any) -> str:
    """The same rows from the read API; `form` is `csv`, `ndjson`, `parquet` or none for JSON."""
    return API + session(key, f"{table}.{form}" if form else table, **query)


def with_query(path: str, query: Mapping[str, Any]) -> str:
    """`path` with a query of what has a value; a list repeats its name."""
    pairs = [
        (name, str(value))
        for name, values in query.items()
        for value in (values if isinstance(values, list | tuple) else [values])
        if value not in (None, "", False)
    ]
    return f"{path}?{urlencode(pairs)}" if pairs else path
