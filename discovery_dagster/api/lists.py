"""Routes of a list of a session: a page as JSON, and all of its rows as a file."""

from collections.abc import Callable
from typing import Annotated, Any, Generic, TypeVar

from fastapi import APIRouter, HTTPException, Query, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from discovery_dagster.api import cursors
from discovery_dagster.api.downloads import DownloadOf
from discovery_dagster.api.freshness import Fresh
from discovery_dagster.api.problems import described
from discovery_dagster.api.security import SessionOf, StateOf
from discovery_dagster.api.tables import FORMS
from discovery_dagster.store.reading import listing
from discovery_dagster.store.reading.listing import Criteria, Listing

SESSION = "/engagements/{engagement}/sessions/{session}"

_MAX_LIMIT = 1000

Item = TypeVar("Item", bound=BaseModel)

#: A text that Postgres can hold: without a NUL character.
Text = Annotated[str, Field(pattern=r"^[^\x00]*$", max_length=500)]

#: A filter of a list.
Values = Annotated[
    list[Text],
    Field(default_factory=list, description="Any of these; `none`: rows without a value."),
]


class Selection(BaseModel):
    """Which rows of a list, in which order; a list's own selection adds its filters."""

    model_config = ConfigDict(extra="forbid")

    q: Text | None = Field(None, description="Text to search for, in any case.")
    sort: Text | None = Field(None, description="Field to order by; `-` before it: descending.")


class Paged(BaseModel):
    """Which page of a list."""

    limit: int = Field(50, ge=1, le=_MAX_LIMIT, description="Rows of a page.")
    cursor: str | None = Field(
        None, max_length=2000, description="`next` of the page before; none for the first."
    )


class Page(BaseModel, Generic[Item]):
    """A page of a list; `next` is the cursor of the next one, null at the end."""

    items: list[Item]
    next: str | None = Field(examples=[None])


def criteria_of(wanted: Listing, selection: BaseModel, **more: Any) -> Criteria:
    """Return what a selection asks of a list.

    Raises:
        HTTPException: 422 when the list has no such order.
    """
    given = selection.model_dump(exclude_none=True)
    sort = given.get("sort")
    if sort is not None and sort.removeprefix("-") not in wanted.sorts:
        orders = ", ".join(wanted.sorts) or "none but its own"
        raise HTTPException(422, f"This list has no such order; use {orders}.")
    return Criteria(
        filters={name: given[name] for name in wanted.filters if given.get(name)},
        limits={name: given[name] for name in wanted.limits if name in given},
        q=given.get("q"),
        sort=sort,
        **more,
    )


def add_list(
    router: APIRouter,
    wanted: Listing,
    selection: type[Selection],
    item: type[BaseModel],
) -> None:
    """Add the routes of a list.

    Args:
        router: to add them to.
        wanted: the list.
        selection: the model of its query.
        item: the model of a row.
    """
    page_query = type(f"{selection.__name__}Page", (Paged, selection), {})
    path = f"{SESSION}/{wanted.name}"
    answer = Page[item]  # type: ignore[valid-type]
    refusals = described(304, 400, 401, 404, 422, 429, 503)

    @router.get(
        path,
        response_model=answer,
        responses=refusals,
        name=wanted.name,
    )
    def page(
        session: SessionOf,
        state: StateOf,
        etag: Fresh,
        query: Annotated[page_query, Query()],  # type: ignore[valid-type]
    ) -> Response:
        sort = query.sort or ""  # type: ignore[attr-defined]
        after = None
        if query.cursor:  # type: ignore[attr-defined]
            after = cursors.read(state.secret, wanted.name, session, sort, query.cursor)  # type: ignore[attr-defined]
        criteria = criteria_of(wanted, query, after=after, limit=query.limit)  # type: ignore[attr-defined]
        rows = listing.page(state.database, session, wanted, criteria)
        following = None
        if rows.after is not None:
            following = cursors.write(state.secret, wanted.name, session, sort, rows.after)
        # In the thread that has read the rows: FastAPI goes to another one to check them.
        body = answer.model_validate({"items": rows.rows, "next": following})
        return Response(body.model_dump_json(), 200, {"ETag": etag}, "application/json")

    for ending, form in FORMS.items():
        router.add_api_route(
            f"{path}.{ending}",
            _download(wanted, selection, item, ending),
            response_class=StreamingResponse,
            responses={
                **refusals,
                200: {"content": {form.media_type: {}}, "description": "All rows that match."},
            },
            name=f"{wanted.name} as {ending}",
        )


def _download(
    wanted: Listing, selection: type[Selection], item: type[BaseModel], ending: str
) -> Callable[..., StreamingResponse]:
    form = FORMS[ending]

    def download(
        session: SessionOf,
        state: StateOf,
        etag: Fresh,
        of_token: DownloadOf,
        query: Annotated[selection, Query()],  # type: ignore[valid-type]
    ) -> StreamingResponse:
        batches = listing.stream(state.database, session, wanted, criteria_of(wanted, query))
        name = f"{session.engagement}-{session.session}-{wanted.name}.{ending}"
        return of_token.answer(form.write(batches, item), form.media_type, name, etag)

    return download
