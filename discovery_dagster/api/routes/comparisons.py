"""What is different between any two sessions of an engagement, compared when it is asked for."""

from collections.abc import Callable, Iterator
from typing import Annotated, Any

import polars as pl
from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict

from discovery_dagster.api import cursors
from discovery_dagster.api.downloads import DownloadOf
from discovery_dagster.api.freshness import Fresh
from discovery_dagster.api.lists import SESSION, Page, Paged, Values
from discovery_dagster.api.problems import described
from discovery_dagster.api.routes.plan import Change
from discovery_dagster.api.security import SessionOf, StateOf, existing_session
from discovery_dagster.api.state import AppState
from discovery_dagster.api.tables import FORMS
from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.store import changes

router = APIRouter(tags=["plan"])

_BATCH = 1000

_REFUSALS = described(304, 400, 401, 404, 409, 422, 429, 503)


class ComparisonSelection(BaseModel):
    """Filters of a comparison."""

    model_config = ConfigDict(extra="forbid")

    change: Values
    what: Values


class ComparisonPage(Paged, ComparisonSelection):
    """Which page of a comparison."""


def _earlier(request: Request, earlier: str, session: SessionOf) -> SessionKey:
    """Return the other session, of the same engagement; what it published tells ETags apart, too.

    Raises:
        NotFound: when there is none of this name.
    """
    later = request.state.publications
    key = existing_session(request, session.engagement, earlier)
    request.state.publications = [*later, *request.state.publications]
    return key


EarlierOf = Annotated[SessionKey, Depends(_earlier)]


def _compared(
    state: AppState, earlier: SessionKey, later: SessionKey, selection: ComparisonSelection
) -> pl.DataFrame:
    rows: pl.DataFrame = changes.between(state.database, state.objects, earlier, later)
    for column, wanted in (("change", selection.change), ("what", selection.what)):
        if wanted:
            rows = rows.filter(pl.col(column).is_in(wanted))
    return rows


def _download(ending: str) -> Callable[..., StreamingResponse]:
    form = FORMS[ending]

    def download(
        session: SessionOf,
        earlier: EarlierOf,
        state: StateOf,
        etag: Fresh,
        of_token: DownloadOf,
        query: Annotated[ComparisonSelection, Query()],
    ) -> StreamingResponse:
        rows = _compared(state, earlier, session, query)
        name = f"{session.engagement}-{session.session}-since-{earlier.session}.{ending}"
        return of_token.answer(form.write(_batches(rows), Change), form.media_type, name, etag)

    return download


def _batches(rows: pl.DataFrame) -> Iterator[list[dict[str, Any]]]:
    return (batch.to_dicts() for batch in rows.iter_slices(_BATCH))


# Before the route of a page, which would take `s001.csv` for the name of a session.
for each, written in FORMS.items():
    router.add_api_route(
        f"{SESSION}/changes/since/{{earlier}}.{each}",
        _download(each),
        response_class=StreamingResponse,
        responses={
            **_REFUSALS,
            200: {"content": {written.media_type: {}}, "description": "All rows that match."},
        },
        name=f"changes since another session as {each}",
    )


@router.get(
    SESSION + "/changes/since/{earlier}",
    response_model=Page[Change],  # type: ignore[valid-type]
    responses=_REFUSALS,
    name="changes since another session",
)
def page(
    request: Request,
    session: SessionOf,
    earlier: EarlierOf,
    state: StateOf,
    etag: Fresh,
    query: Annotated[ComparisonPage, Query()],
) -> dict[str, Any]:
    """Compare with a session other than the one that came before."""
    # Another publication gives another list, so that no page misses or repeats a row unnoticed.
    listing = " ".join(["changes since", earlier.session, *request.state.publications])
    start = 0
    if query.cursor:
        start = cursors.read(state.secret, listing, session, "", query.cursor)[0]
    rows = _compared(state, earlier, session, query)
    end = start + query.limit
    following = None
    if end < rows.height:
        following = cursors.write(state.secret, listing, session, "", [end])
    return {"items": rows.slice(start, query.limit).to_dicts(), "next": following}
