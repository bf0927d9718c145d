"""Routes of a list of a session: a page as JSON, and all of its rows as CSV or NDJSON."""

import csv
import json
from collections.abc import Callable, Iterable, Iterator
from io import StringIO
from typing import Annotated, Any, Generic, TypeVar

from fastapi import APIRouter, HTTPException, Query
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from discovery_dagster.api import cursors
from discovery_dagster.api.problems import described
from discovery_dagster.api.security import SessionOf, StateOf
from discovery_dagster.domain.tabular import cell_text
from discovery_dagster.store.exports import READ_AS
from discovery_dagster.store.reading import listing
from discovery_dagster.store.reading.listing import Asked, Listing, Row

SESSION = "/engagements/{engagement}/sessions/{session}"

_MAX_LIMIT = 1000

Item = TypeVar("Item", bound=BaseModel)

#: A filter of a list.
Values = Annotated[
    list[str],
    Field(default_factory=list, description="Any of these; `none`: rows without a value."),
]


class Selection(BaseModel):
    """Which rows of a list, in which order; a list's own selection adds its filters."""

    model_config = ConfigDict(extra="forbid")

    q: str | None = Field(None, max_length=200, description="Text to search for, in any case.")
    sort: str | None = Field(
        None, max_length=40, description="Field to order by; `-` before it: descending."
    )


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


def asked_of(wanted: Listing, selection: BaseModel, **more: Any) -> Asked:
    """Return what a selection asks of a list.

    Raises:
        HTTPException: 422 when the list has no such order.
    """
    given = selection.model_dump(exclude_none=True)
    sort = given.get("sort")
    if sort is not None and sort.removeprefix("-") not in wanted.sorts:
        orders = ", ".join(wanted.sorts) or "none but its own"
        raise HTTPException(422, f"This list has no such order; it has {orders}.")
    return Asked(
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
    finish = READ_AS.get(wanted.name, dict)
    page_query = type(f"{selection.__name__}Page", (Paged, selection), {})
    path = f"{SESSION}/{wanted.name}"
    refusals = described(400, 401, 404, 422, 429, 503)

    @router.get(
        path,
        response_model=Page[item],  # type: ignore[valid-type]
        responses=refusals,
        name=wanted.name,
    )
    def page(
        session: SessionOf,
        state: StateOf,
        query: Annotated[page_query, Query()],  # type: ignore[valid-type]
    ) -> dict[str, Any]:
        sort = query.sort or ""  # type: ignore[attr-defined]
        after = None
        if query.cursor:  # type: ignore[attr-defined]
            after = cursors.read(state.secret, wanted.name, session, sort, query.cursor)  # type: ignore[attr-defined]
        asked = asked_of(wanted, query, after=after, limit=query.limit)  # type: ignore[attr-defined]
        found = listing.page(state.database, session, wanted, asked)
        following = None
        if found.after is not None:
            following = cursors.write(state.secret, wanted.name, session, sort, found.after)
        return {"items": [finish(row) for row in found.rows], "next": following}

    for form, (media_type, _) in _STREAMS.items():
        router.add_api_route(
            f"{path}.{form}",
            _stream_of(wanted, selection, list(item.model_fields), finish, form),
            response_class=StreamingResponse,
            responses={
                **refusals,
                200: {"content": {media_type: {}}, "description": "All rows that match."},
            },
            name=f"{wanted.name} as {form}",
        )


def _stream_of(
    wanted: Listing,
    selection: type[Selection],
    columns: list[str],
    finish: Callable[[Row], Row],
    form: str,
) -> Callable[..., StreamingResponse]:
    media_type, written = _STREAMS[form]

    def stream(
        session: SessionOf,
        state: StateOf,
        query: Annotated[selection, Query()],  # type: ignore[valid-type]
    ) -> StreamingResponse:
        batches = listing.stream(state.database, session, wanted, asked_of(wanted, query))
        rows = (finish(row) for batch in batches for row in batch)
        name = f"{session.engagement}-{session.session}-{wanted.name}.{form}"
        return StreamingResponse(
            written(rows, columns),
            media_type=media_type,
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )

    return stream


def _csv(rows: Iterable[Row], columns: list[str]) -> Iterator[bytes]:
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([cell_text(row.get(column)) for column in columns])
        if text.tell() > 1 << 16:
            yield text.getvalue().encode()
            text.seek(0)
            text.truncate()
    yield text.getvalue().encode()


def _ndjson(rows: Iterable[Row], columns: list[str]) -> Iterator[bytes]:
    for row in rows:
        yield json.dumps(row, ensure_ascii=False, default=str).encode() + b"\n"


_STREAMS: dict[str, tuple[str, Callable[..., Iterator[bytes]]]] = {
    "csv": ("text/csv; charset=utf-8", _csv),
    "ndjson": ("application/x-ndjson", _ndjson),
}
