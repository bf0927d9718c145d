"""Changes between a session and an earlier one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from pydantic import Field

from discovery_dagster.api.lists import Text
from discovery_dagster.api.problems import NotFound
from discovery_dagster.api.security import SessionOf, StateOf
from discovery_dagster.api.state import AppState
from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.domain.tables.words import Change, Changed
from discovery_dagster.pages import frame, links, words
from discovery_dagster.pages.answers import html
from discovery_dagster.pages.frame import Page, Pending, shown
from discovery_dagster.pages.questions import Question
from discovery_dagster.pages.waiting import waits_for
from discovery_dagster.store import changes, predecessors, sessions

router = APIRouter()

Row = Mapping[str, Any]


#: Rows of a page.
ROWS = 100

#: Beyond which no page of the table begins.
MOST_ROWS = 10**9


@dataclass(frozen=True)
class KindOption:
    """A kind of change to narrow the list down to."""

    value: str
    name: str
    count: int
    here: bool
    url: str


@dataclass(frozen=True)
class ChangesPage(Page):
    """Context of `changes.html`."""

    template: ClassVar[str] = "changes.html"

    key: SessionKey = shown("the session")
    path: str = shown("the page without anything asked for")
    pending: Pending | None = shown("why there is nothing to show yet")
    against: str | None = shown("the session that it is compared with")
    others: Sequence[str] = shown("sessions to compare with")
    kind: str | None = shown("the only kind of change that is shown")
    kinds: Sequence[KindOption] = shown("kinds of change with their counts")
    items: Sequence[Row] = shown("changes of this page, each with the asset's `url` and `about`")
    next_url: str | None = shown("the next page")
    downloads: Sequence[tuple[str, str]] = shown("the changes as data")


def build(
    key: SessionKey,
    *,
    pending: Pending | None = None,
    against: str | None = None,
    others: Sequence[str] = (),
    kind: str | None = None,
    counts: Mapping[str, int] | None = None,
    items: Sequence[Row] = (),
    start: int = 0,
    dagster_url: str | None = None,
) -> ChangesPage:
    """Make the page.

    Args:
        key: the session.
        pending: why there is nothing yet.
        against: the session that it is compared with.
        others: sessions to compare with.
        kind: such as `asset.appeared`; None for all.
        counts: number of changes by kind.
        items: of this kind, from `start` on, in the columns of `SESSION_CHANGES`.
        start: number of the first of them, from 0.
        dagster_url: of Dagster's pages.
    """
    known = counts or {}
    more = start + len(items) < (known.get(kind, 0) if kind else sum(known.values()))
    return ChangesPage(
        frame=frame.of_session(key, "changes", dagster_url=dagster_url),
        key=key,
        path=links.session(key, "changes"),
        pending=pending,
        against=against,
        others=others,
        kind=kind,
        kinds=_kinds(key, against, known, kind),
        items=[{**row, "url": _url(key, row), "about": _about(row)} for row in items],
        next_url=links.session(key, "changes", against=against, kind=kind, start=start + len(items))
        if more
        else None,
        downloads=_downloads(key, against, kind),
    )


def _downloads(key: SessionKey, against: str | None, kind: str | None) -> list[tuple[str, str]]:
    if against is None:
        return []
    what, _, change = (kind or "").partition(".")
    since = f"changes/since/{against}"
    return [
        ("CSV", links.data(key, since, "csv", what=what, change=change)),
        ("JSON", links.data(key, since, what=what, change=change)),
    ]


def _kinds(
    key: SessionKey, against: str | None, counts: Mapping[str, int], kind: str | None
) -> list[KindOption]:
    def option(value: str | None, name: str, count: int) -> KindOption:
        url = links.session(key, "changes", against=against, kind=value)
        return KindOption(value or "", name, count, value == kind, url)

    named = zip(counts, words.counts_of_step(counts), strict=True)
    return [
        option(None, "all", sum(counts.values())),
        *(option(value, name, count) for value, (name, count) in named),
    ]


def _url(key: SessionKey, row: Row) -> str | None:
    """The asset where it is: what is not seen any more stands in the earlier session."""
    if row["asset_id"] is None:
        return None
    is_gone = row["what"] == Changed.ASSET and row["change"] in (
        Change.NOT_SEEN,
        Change.SOURCE_ABSENT,
    )
    session = SessionKey.of(key.engagement, row["since"]) if is_gone else key
    return links.asset(session, row["asset_id"])


def _about(row: Row) -> str | None:
    """What of the asset changed, besides a field: the dependency that it is the source of."""
    if row["what"] != Changed.EDGE:
        return None
    port = f" on {row['protocol'] or ''}/{row['port']}" if row["port"] is not None else ""
    return f"{words.in_words(row['relation'])} {row['target']}{port}"


class ChangesQuestion(Question):
    """What the URL of the page asks for: the other session, one kind of change, where to begin."""

    against: Text | None = None
    kind: Text | None = None
    start: int = Field(0, ge=0, le=MOST_ROWS)


@router.get("/engagements/{engagement}/sessions/{session}/changes")
def page(
    request: Request, session: SessionOf, shared: StateOf, asks: Annotated[ChangesQuestion, Query()]
) -> HTMLResponse:
    """Show what is different from an earlier session, or any other."""
    missing, _ = waits_for(shared, request, session, "migration_plan")
    others = [
        row.session.session
        for row in sessions.sessions(shared.database, session.engagement)
        if row.session != session
    ]
    if missing or not others:
        return html(build(session, pending=missing, others=others, dagster_url=shared.dagster_url))
    earlier = _earlier(shared, session, asks.against, others)
    rows = changes.between(shared.database, shared.objects, earlier, session)
    counts = changes.counts(rows)
    what, _, change = (asks.kind or "").partition(".")
    listed = rows if asks.kind is None else rows.filter(what=what, change=change)
    return html(
        build(
            session,
            against=earlier.session,
            others=others,
            kind=asks.kind if asks.kind in counts else None,
            counts=counts,
            items=listed.slice(asks.start, ROWS).to_dicts(),
            start=asks.start,
            dagster_url=shared.dagster_url,
        )
    )


def _earlier(
    shared: AppState, session: SessionKey, against: str | None, others: Sequence[str]
) -> SessionKey:
    """The session asked for, else the one that Discovery compared with, else the nearest."""
    if against:
        if against not in others:
            raise NotFound
        return SessionKey.of(session.engagement, against)
    compared = predecessors.previous(shared.database, session)
    if compared is not None:
        return compared.session
    return SessionKey.of(session.engagement, others[-1])
