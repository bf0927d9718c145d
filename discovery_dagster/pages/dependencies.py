"""Dependencies: around one application or asset, or the plan as a whole; drawn and as a table."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, ClassVar, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from pydantic import Field

from discovery_dagster.api import cursors
from discovery_dagster.api.lists import Text
from discovery_dagster.api.problems import NotFound
from discovery_dagster.api.security import SessionOf, StateOf
from discovery_dagster.api.state import AppState
from discovery_dagster.domain.facts import Publication
from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.pages import (
    application_map,
    frame,
    links,
    maps,
    neighbourhood,
    overview,
    words,
)
from discovery_dagster.pages.answers import html
from discovery_dagster.pages.application_map import ApplicationMap
from discovery_dagster.pages.dependency_filters import DEPTHS, Choice, choices
from discovery_dagster.pages.frame import Page, Pending, shown
from discovery_dagster.pages.maps import Map
from discovery_dagster.pages.neighbourhood import LIMIT, Drawing
from discovery_dagster.pages.overview import Overview
from discovery_dagster.pages.questions import Question
from discovery_dagster.pages.waiting import waits_for
from discovery_dagster.store import exports, plan_frames
from discovery_dagster.store.kept import Kept, mark
from discovery_dagster.store.reading import assets, listing
from discovery_dagster.store.reading.listing import NO_ROWS, Count, Criteria
from discovery_dagster.store.reading.lists import DEPENDENCIES
from discovery_dagster.store.reading.neighbourhood import applications, members
from discovery_dagster.store.reading.neighbourhood import around as surroundings_of

router = APIRouter()

Row = Mapping[str, Any]

#: How much can be drawn; more would be a hairball.
MOST_NODES = 200

#: Rows of a page of the table, and assets that a search lists.
ROWS = 50
_MATCHES = 20

#: What the cursors of the table are of: all dependencies, or those around what is in the middle.
_ALL, _NEAR = "dependencies of the page", "dependencies around the middle"


class DependenciesQuery(Question):
    """What the URL of the page asks for."""

    asset: Text | None = None
    application: Text | None = None
    status: Text | None = None
    port: int | None = Field(None, ge=0, le=65535)
    environment: Text | None = None
    relation: Text | None = None
    resolved: Text | None = None
    why: Text | None = None
    depth: int = Field(1, ge=1, le=DEPTHS[-1])
    limit: int = Field(LIMIT, ge=1, le=MOST_NODES)
    infrastructure: bool = False
    open: list[Text] = Field(default_factory=list)
    view: Literal["applications", "plan"] = "applications"
    find: Text = ""
    cursor: str | None = None

    @property
    def has_focus(self) -> bool:
        """Whether there is something in the middle."""
        return bool(self.asset or self.application)

    @property
    def filters(self) -> dict[str, Any]:
        """The filters that the rows of the table share with the drawing."""
        return {
            "status": self.status,
            "port": self.port,
            "environment": self.environment,
            "relation": self.relation,
            "resolved": self.resolved,
            "why": self.why,
        }

    @property
    def criteria(self) -> Criteria:
        """The filters as the list of dependencies takes them."""
        given = {name: str(one) for name, one in self.filters.items() if one is not None}
        return Criteria(
            filters={name: [one] for name, one in given.items() if name in DEPENDENCIES.filters},
            limits={name: one for name, one in given.items() if name in DEPENDENCIES.limits},
        )

    @property
    def query(self) -> dict[str, Any]:
        """All of it as a query, without what is as usual."""
        return {
            "asset": self.asset,
            "application": self.application,
            **self.filters,
            "depth": self.depth if self.depth != 1 else None,
            "limit": self.limit if self.limit != LIMIT else None,
            "infrastructure": "true" if self.infrastructure else None,
            "open": list(self.open),
            "view": "plan" if self.view == "plan" and not self.has_focus else None,
        }


@dataclass(frozen=True)
class DependenciesPage(Page):
    """Context of `dependencies.html`."""

    template: ClassVar[str] = "dependencies.html"

    key: SessionKey = shown("the session")
    path: str = shown("the page without anything asked for")
    pending: Pending | None = shown("why there is nothing to show yet")
    heading: str = shown("what is in the middle")
    lead: str = shown("how to read the page")
    around: DependenciesQuery = shown("what the URL asks for")
    applications: Sequence[Row] = shown("applications to start from: `name`, `assets`")
    find: str = shown("what an asset is searched by")
    matches: Sequence[Row] = shown("assets that match what was looked for")
    choices: Sequence[Choice] = shown("filters of the drawing and the table")
    opened: Sequence[str] = shown("applications drawn asset by asset")
    closing: Sequence[tuple[str, str]] = shown("those applications, with the URL that closes each")
    infrastructure_drawn: bool = shown("whether shared infrastructure is drawn")
    drawing: Map | None = shown("the drawing")
    drawing_title: str = shown("what the drawing is called")
    other_view: tuple[str, str] | None = shown("what else can be drawn of the whole: words, URL")
    interfaces: Sequence[Row] = shown("interfaces between applications, as the drawing has them")
    drawn_sentence: str = shown("what is drawn")
    hidden_sentence: str | None = shown("what the cap hid")
    more_url: str | None = shown("the page with a higher cap")
    nothing_sentence: str = shown("why there is nothing to draw")
    shared: Mapping[str, Sequence[tuple[str | None, str]]] = shown("shared infrastructure by kind")
    items: Sequence[Row] = shown("dependencies of this page of the table")
    total: Count = shown("how many there are")
    first_url: str | None = shown("the first page of the table, when this is another")
    next_url: str | None = shown("the next page of the table")
    downloads: Sequence[tuple[str, str]] = shown("the table as data")


@dataclass(frozen=True)
class Content:
    """What was read for the page; `beyond` dependencies more were not read."""

    name: str | None = None
    drawing: Drawing | None = None
    overview: Overview | None = None
    between: ApplicationMap | None = None
    applications: Sequence[Row] = ()
    assets: Sequence[Row] = ()
    items: Sequence[Row] = ()
    total: Count = NO_ROWS
    next_cursor: str | None = None
    environments: Sequence[str] = ()
    beyond: int = 0


def build(
    key: SessionKey,
    around: DependenciesQuery,
    content: Content,
    *,
    pending: Pending | None = None,
    dagster_url: str | None = None,
) -> DependenciesPage:
    """Make the page from what the URL asks for and what was found."""
    drawing = content.drawing
    name = content.name or "Dependencies"
    between = content.between
    if drawing:
        drawn = maps.as_map(drawing, f"Neighbourhood of {name}", key, around.query)
    else:
        whole = between or content.overview
        drawn = whole.drawing if whole else None
    filtered = {name: value for name, value in around.filters.items() if name != "environment"}
    filtered["asset_id"] = around.asset
    return DependenciesPage(
        frame=frame.of_session(key, "dependencies", content.name, dagster_url),
        key=key,
        path=links.session(key, "dependencies"),
        pending=pending,
        heading=name,
        lead=_lead(around),
        around=around,
        applications=content.applications,
        find=around.find,
        matches=content.assets,
        choices=choices(around, content.environments),
        opened=around.open,
        closing=[
            (one, _url(key, around, open=[other for other in around.open if other != one]))
            for one in around.open
        ],
        infrastructure_drawn=around.infrastructure,
        drawing=drawn,
        drawing_title=_title(around, between),
        other_view=_other_view(key, around, between),
        interfaces=between.interfaces if between else (),
        drawn_sentence=_drawn(around, content),
        hidden_sentence=maps.hidden_sentence(drawing, content.beyond) if drawing else None,
        more_url=_more(key, around) if drawing and drawing.hidden else None,
        nothing_sentence=(
            "No dependency matches: there is no evidence of one, or the filters leave none."
            if around.has_focus
            else "No group has several assets, and no dependency crosses waves."
        ),
        shared=drawing.infrastructure if drawing else {},
        items=content.items,
        total=content.total,
        first_url=_url(key, around) if around.cursor else None,
        next_url=_url(key, around, cursor=content.next_cursor) if content.next_cursor else None,
        downloads=[
            ("CSV", links.data(key, "dependencies", "csv", **filtered)),
            ("JSON", links.data(key, "dependencies", **filtered)),
            ("GraphML", links.data(key, "graph", "graphml")),
            ("Endpoints CSV", links.data(key, "endpoints", "csv")),
        ],
    )


def _url(key: SessionKey, around: DependenciesQuery, **changed: Any) -> str:
    return links.session(key, "dependencies", **{**around.query, **changed})


def _more(key: SessionKey, around: DependenciesQuery) -> str | None:
    if around.limit >= MOST_NODES:
        return None
    return _url(key, around, limit=min(around.limit * 2, MOST_NODES))


def _lead(around: DependenciesQuery) -> str:
    if around.has_focus:
        return (
            "What is on the left needs what is on the right. Another application is one node until "
            "you expand it; choose an asset to put it in the middle."
        )
    return (
        "What needs what as a whole: applications, or move groups by wave. Choose an application "
        "or asset to see its dependencies, and on what evidence."
    )


def _title(around: DependenciesQuery, between: ApplicationMap | None) -> str:
    if around.has_focus:
        return "Neighbourhood"
    return "Applications" if between else "Groups and waves"


def _other_view(
    key: SessionKey, around: DependenciesQuery, between: ApplicationMap | None
) -> tuple[str, str] | None:
    if around.has_focus:
        return None
    if between:
        return "Groups and waves", _url(key, around, view="plan")
    return ("Applications", _url(key, around, view=None)) if around.view == "plan" else None


def _drawn(around: DependenciesQuery, content: Content) -> str:
    drawing, whole = content.drawing, content.between or content.overview
    if drawing is None:
        return whole.sentence if whole else ""
    steps = "one step" if around.depth == 1 else f"up to {around.depth} steps"
    return (
        f"{words.number(len(drawing.nodes))} nodes and {words.number(len(drawing.edges))} "
        f"connections, {steps} away."
    )


@router.get("/engagements/{engagement}/sessions/{session}/dependencies")
def page(
    request: Request,
    session: SessionOf,
    shared: StateOf,
    asks: Annotated[DependenciesQuery, Query()],
) -> HTMLResponse:
    """Show dependencies."""
    missing, published = waits_for(shared, request, session, "dependencies")
    if missing:
        return html(
            build(session, asks, Content(), pending=missing, dagster_url=shared.dagster_url)
        )
    content = (
        _around(shared, session, asks)
        if asks.has_focus
        else _whole(shared, session, asks, published)
    )
    return html(build(session, asks, content, dagster_url=shared.dagster_url))


def _around(shared: AppState, session: SessionKey, asks: DependenciesQuery) -> Content:
    name, focus = _focus(shared, session, asks)
    near = surroundings_of(
        shared.database,
        session,
        focus,
        asks.criteria,
        depth=asks.depth,
        through_infrastructure=asks.infrastructure,
    )
    edges = [row for row in near.edges if _fits(row, near.assets, focus, asks.environment)]
    start = _start(shared, session, asks)
    more = start + ROWS < len(edges)
    return Content(
        name=name,
        drawing=neighbourhood.draw(
            focus,
            edges,
            near.assets,
            opened=asks.open,
            limit=asks.limit,
            infrastructure=asks.infrastructure,
        ),
        applications=applications(shared.database, session),
        assets=_matches(shared, session, asks.find),
        items=edges[start : start + ROWS],
        total=Count(len(edges) + near.beyond),
        next_cursor=cursors.write(shared.secret, _NEAR, session, "", [start + ROWS])
        if more
        else None,
        environments=sorted({row["environment"] for row in near.assets.values()} - {None}),
        beyond=near.beyond,
    )


#: Sessions whose drawings are kept, and their applications to start from.
_MAPS = Kept[ApplicationMap | None](4)
_OVERVIEWS = Kept[Overview | None](4)
_APPLICATIONS = Kept[Sequence[Row]](4)


def _whole(
    shared: AppState,
    session: SessionKey,
    asks: DependenciesQuery,
    published: Mapping[str, Publication],
) -> Content:
    after = cursors.read(shared.secret, _ALL, session, "", asks.cursor) if asks.cursor else None
    criteria = replace(asks.criteria, after=after, limit=ROWS)
    rows = listing.page(shared.database, session, DEPENDENCIES, criteria)
    drawn = between = None
    made_from = mark(shared.database, session, published)
    if "migration_plan" in published and asks.view == "applications":
        between = _MAPS.of(
            made_from,
            lambda: application_map.draw(
                session,
                plan_frames.applications(shared.objects, session, published),
                plan_frames.interfaces(shared.objects, session, published),
            ),
        )
    if "migration_plan" in published and between is None:
        drawn = _OVERVIEWS.of(
            made_from,
            lambda: overview.draw(
                session,
                exports.rows(shared.database, session, "groups"),
                plan_frames.between_groups(shared.objects, session, published),
            ),
        )
    return Content(
        overview=drawn,
        between=between,
        applications=_APPLICATIONS.of(made_from, lambda: applications(shared.database, session)),
        assets=_matches(shared, session, asks.find),
        items=rows.rows,
        total=listing.count(shared.database, session, DEPENDENCIES, criteria)
        if criteria.filters or criteria.limits
        else _all(published["dependencies"]),
        next_cursor=cursors.write(shared.secret, _ALL, session, "", rows.after)
        if rows.after
        else None,
    )


def _all(dependencies: Publication) -> Count:
    return Count(dependencies.counts["resolved"] + dependencies.counts["unresolved"])


def _focus(
    shared: AppState, session: SessionKey, asks: DependenciesQuery
) -> tuple[str, Sequence[str]]:
    """Name and assets of what is in the middle; an asset goes before an application."""
    if asks.asset:
        asset = assets.asset(shared.database, session, asks.asset)
        if asset is None:
            raise NotFound
        return asset["name"] or "without a name", [asks.asset]
    focus = members(shared.database, session, asks.application or "")
    if not focus:
        raise NotFound
    return asks.application or "", focus


def _fits(
    edge: Row, known: Mapping[str, Row], focus: Collection[str], environment: str | None
) -> bool:
    """Whether the ends of an edge that are not in the middle are of this environment."""
    if environment is None:
        return True
    ends = [end for end in (edge["source_id"], edge["target_id"]) if end and end not in focus]
    return all(known[end]["environment"] == environment for end in ends)


def _matches(shared: AppState, session: SessionKey, text: str) -> Sequence[Row]:
    if not text.strip():
        return ()
    criteria = Criteria(q=text.strip(), limit=_MATCHES)
    return listing.page(shared.database, session, assets.ASSETS, criteria).rows


def _start(shared: AppState, session: SessionKey, asks: DependenciesQuery) -> int:
    """Where the table goes on among the dependencies around the middle, which are all read."""
    if not asks.cursor:
        return 0
    (after,) = cursors.read(shared.secret, _NEAR, session, "", asks.cursor)
    return int(after)
