"""The inventory: facets with counts, search, chosen columns, order, pages by keyset."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from discovery_dagster.api import cursors
from discovery_dagster.api.lists import Values, criteria_of
from discovery_dagster.api.routes.assets import AssetSelection
from discovery_dagster.api.security import SessionOf, StateOf
from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.pages import frame, links
from discovery_dagster.pages.answers import html
from discovery_dagster.pages.frame import Page, Pending, shown
from discovery_dagster.pages.questions import Question
from discovery_dagster.pages.waiting import waits_for
from discovery_dagster.store.reading import assets, listing
from discovery_dagster.store.reading.listing import NO_ROWS, Count

router = APIRouter()

#: Columns that can be shown, in their order.
COLUMNS: Sequence[str] = (
    "name", "type", "environment", "criticality", "tier", "os_name", "os_family", "os_version",
    "eol_status", "eol_date", "hostname", "fqdn", "aliases", "ip_addresses",
    "mac_addresses", "serial_number", "asset_tag", "cpu_cores", "memory_gb", "storage_gb",
    "location", "scope", "applications", "business_owner", "technical_owner", "vendor", "model",
    "product", "status", "description", "strategy", "group", "wave", "confidence",
)  # fmt: skip
DEFAULT_COLUMNS: Sequence[str] = (
    "name", "type", "environment", "os_name", "eol_status", "ip_addresses", "applications", "wave",
    "confidence",
)  # fmt: skip
_NUMERIC = {"cpu_cores", "memory_gb", "storage_gb", "wave"}

#: Rows of a page.
ROWS = 50

#: Assets up to which facets are counted before the page is shown. Counting them costs more than the
#: rows: beyond, the rows are shown first and the facets follow.
INLINE_FACETS = 20_000
_WORDS = {"type", "environment", "criticality", "tier", "os_family", "strategy"}

#: Options of a facet that are shown before the rest is folded away.
_FACET_ROWS = 8

ORDERS: Sequence[tuple[str, str]] = (
    ("name", "Name"),
    ("-name", "Name, from Z"),
    ("confidence", "Least certain first"),
    ("-confidence", "Most certain first"),
    ("-memory_gb", "Largest memory first"),
    ("-storage_gb", "Largest storage first"),
    ("eol_date", "End of life, soonest first"),
)


@dataclass(frozen=True)
class InventoryQuery:
    """What the URL of the page asks for.

    `filters` are values by field, any of which fits; `limits` are single values.
    """

    filters: Mapping[str, Sequence[str]] = field(default_factory=dict)
    limits: Mapping[str, Any] = field(default_factory=dict)
    q: str = ""
    sort: str = "name"
    columns: Sequence[str] = ()
    cursor: str | None = None

    def url(self, key: SessionKey, page: str = "assets", **changed: Any) -> str:
        """The page with something changed; always from the first page unless `cursor` is given."""
        columns = list(self.columns) if tuple(self.columns) != tuple(DEFAULT_COLUMNS) else []
        query = {
            **self.filters,
            **self.limits,
            "q": self.q,
            "sort": self.sort if self.sort != "name" else None,
            "columns": columns,
            **changed,
        }
        return links.session(key, page, **query)

    def data(self, key: SessionKey, form: str = "") -> str:
        """The rows from the read API."""
        query = {**self.filters, **self.limits, "q": self.q}
        return links.data(key, "assets", form, **query, sort=self.sort)

    @property
    def chosen(self) -> list[tuple[str, str]]:
        """Each filter and limit that is on, with its value."""
        filters = [(name, value) for name, values in self.filters.items() for value in values]
        return [*filters, *((name, str(value)) for name, value in self.limits.items())]

    def without(self, name: str, value: str) -> dict[str, Any]:
        """The change that takes one of `chosen` away."""
        return {name: None} if name in self.limits else self.toggled(name, value)

    def toggled(self, name: str, value: str) -> dict[str, list[str]]:
        """The filter of `name` with `value` added, or taken away when it is chosen."""
        chosen = list(self.filters.get(name, ()))
        if value in chosen:
            chosen.remove(value)
        else:
            chosen.append(value)
        return {name: chosen}


@dataclass(frozen=True)
class Option:
    """A value of a facet, its count and the URL that chooses or drops it."""

    value: str
    count: int
    here: bool
    url: str


@dataclass(frozen=True)
class Facet:
    """A field to filter by, with the values that the rows have."""

    field: str
    options: Sequence[Option]
    shown: int = _FACET_ROWS


@dataclass(frozen=True)
class Column:
    """A column of the table, or a choice of one."""

    name: str
    here: bool = True
    numeric: bool = False
    word: bool = False
    sorted: str | None = None
    url: str | None = None


@dataclass(frozen=True)
class Chosen:
    """A filter that is on, and the URL without it."""

    field: str
    value: str
    url: str


@dataclass(frozen=True)
class InventoryPage(Page):
    """Context of `inventory.html`."""

    template: ClassVar[str] = "inventory.html"

    key: SessionKey = shown("the session")
    path: str = shown("the page without any filter")
    pending: Pending | None = shown("why there is nothing to show yet")
    q: str = shown("what is searched for")
    sort: str = shown("the order")
    orders: Sequence[tuple[str, str]] = shown("orders to choose from")
    kept: Sequence[tuple[str, str]] = shown("filters that a new search keeps")
    chosen: Sequence[Chosen] = shown("filters that are on")
    facets: Sequence[Facet] = shown("fields to filter by, with counts")
    facets_complete: bool = shown("whether the counts are of all assets")
    facets_url: str | None = shown("where the facets come from, when they follow the rows")
    columns: Sequence[Column] = shown("the table's columns")
    columns_to_choose: Sequence[Column] = shown("all columns")
    items: Sequence[Mapping[str, Any]] = shown("the assets of this page")
    total: Count = shown("how many assets match")
    first_url: str | None = shown("the first page, when this is another")
    next_url: str | None = shown("the next page, when there is one")
    downloads: Sequence[tuple[str, str]] = shown("what is shown, as data")


@dataclass(frozen=True)
class FacetsPage(Page):
    """Context of `facets.html`: what of the inventory is counted after it is shown."""

    template: ClassVar[str] = "facets.html"

    facets: Sequence[Facet] = shown("fields to filter by, with counts")
    facets_complete: bool = shown("whether the counts are of all assets")


def build(
    key: SessionKey,
    query: InventoryQuery,
    *,
    pending: Pending | None = None,
    items: Sequence[Mapping[str, Any]] = (),
    total: Count = NO_ROWS,
    facets: assets.Facets | None = None,
    next_cursor: str | None = None,
    dagster_url: str | None = None,
) -> InventoryPage:
    """Make the page.

    Args:
        key: the session.
        query: what the URL asks for.
        pending: why there is nothing yet.
        items: assets of the page, with the fields of `COLUMNS` and `id`.
        total: how many match.
        facets: counts by field and value; None when they are to follow.
        next_cursor: where the next page begins.
        dagster_url: of Dagster's pages.
    """
    names = [name for name in COLUMNS if name in query.columns] or list(DEFAULT_COLUMNS)
    return InventoryPage(
        frame=frame.of_session(key, "assets", dagster_url=dagster_url),
        key=key,
        path=links.session(key, "assets"),
        pending=pending,
        q=query.q,
        sort=query.sort,
        orders=ORDERS,
        kept=query.chosen,
        chosen=[
            Chosen(name, value, query.url(key, **query.without(name, value)))
            for name, value in query.chosen
        ],
        facets=_facets(key, query, facets.counts) if facets else [],
        facets_complete=facets is None or facets.complete,
        facets_url=query.url(key, page="assets/facets") if facets is None else None,
        columns=[_column(key, query, name) for name in names],
        columns_to_choose=[Column(name, here=name in names) for name in COLUMNS],
        items=items,
        total=total,
        first_url=query.url(key) if query.cursor else None,
        next_url=query.url(key, cursor=next_cursor) if next_cursor else None,
        downloads=[
            ("CSV", query.data(key, "csv")),
            ("JSON", query.data(key)),
            ("Parquet", query.data(key, "parquet")),
        ],
    )


def _facets(
    key: SessionKey, query: InventoryQuery, counted: Mapping[str, Mapping[str, int]]
) -> list[Facet]:
    return [_facet(key, query, name, counts) for name, counts in counted.items()]


def _facet(key: SessionKey, query: InventoryQuery, name: str, counts: Mapping[str, int]) -> Facet:
    here = query.filters.get(name, ())
    options = [
        Option(value, count, value in here, _toggled(key, query, name, value))
        for value, count in counts.items()
    ]
    return Facet(name, sorted(options, key=lambda option: (not option.here, -option.count)))


def _toggled(key: SessionKey, query: InventoryQuery, name: str, value: str) -> str:
    changed: dict[str, Any] = {**query.toggled(name, value)}
    return query.url(key, **changed)


def _column(key: SessionKey, query: InventoryQuery, name: str) -> Column:
    ascending, descending = query.sort == name, query.sort == f"-{name}"
    turned = f"-{name}" if ascending else name
    return Column(
        name,
        numeric=name in _NUMERIC,
        word=name in _WORDS,
        sorted="ascending" if ascending else "descending" if descending else None,
        url=query.url(key, sort=turned) if name in assets.ASSETS.sorts else None,
    )


class InventorySelection(Question, AssetSelection):
    """What the URL of the page may ask for: all that the read API's list can, and columns."""

    columns: Values
    cursor: str | None = None


@router.get("/engagements/{engagement}/sessions/{session}/assets")
def page(
    request: Request,
    session: SessionOf,
    shared: StateOf,
    asks: Annotated[InventorySelection, Query()],
) -> HTMLResponse:
    """Show a page of the inventory."""
    query = _query(asks)
    missing, published = waits_for(shared, request, session, "classified_assets")
    if missing:
        return html(build(session, query, pending=missing, dagster_url=shared.dagster_url))
    sort = asks.sort or ""
    after = None
    if asks.cursor:
        after = cursors.read(shared.secret, assets.ASSETS.name, session, sort, asks.cursor)
    criteria = criteria_of(assets.ASSETS, asks, after=after, limit=ROWS)
    listed = listing.page(shared.database, session, assets.ASSETS, criteria)
    counted = published["classified_assets"].counts.get("assets", 0)
    many = counted > INLINE_FACETS
    following = None
    if listed.after is not None:
        following = cursors.write(shared.secret, assets.ASSETS.name, session, sort, listed.after)
    return html(
        build(
            session,
            query,
            items=listed.rows,
            total=assets.count(shared.database, session, criteria)
            if query.chosen or query.q
            else Count(counted),
            facets=None if many else assets.facets(shared.database, session, criteria),
            next_cursor=following,
            dagster_url=shared.dagster_url,
        )
    )


@router.get("/engagements/{engagement}/sessions/{session}/assets/facets")
def facets(
    session: SessionOf, shared: StateOf, asks: Annotated[InventorySelection, Query()]
) -> HTMLResponse:
    """Show the facets alone, which a large inventory counts after its rows are shown."""
    counted = assets.facets(shared.database, session, criteria_of(assets.ASSETS, asks))
    return html(
        FacetsPage(
            frame.of_session(session, "assets"),
            _facets(session, _query(asks), counted.counts),
            counted.complete,
        )
    )


def _query(asks: InventorySelection) -> InventoryQuery:
    given = asks.model_dump(exclude_none=True)
    return InventoryQuery(
        filters={name: given[name] for name in assets.ASSETS.filters if given.get(name)},
        limits={name: given[name] for name in assets.ASSETS.limits if name in given},
        q=asks.q or "",
        sort=asks.sort or "name",
        columns=asks.columns or DEFAULT_COLUMNS,
        cursor=asks.cursor,
    )
