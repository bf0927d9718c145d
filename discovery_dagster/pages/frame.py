"""What every page shows around its own content: title, way, tabs, who is signed in."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from discovery_dagster.domain.keys import EngagementKey, SessionKey
from discovery_dagster.domain.state import SessionState
from discovery_dagster.domain.steps import BY_KEY
from discovery_dagster.pages import links, words
from discovery_dagster.pages.outdated import Outdated


def shown(sentence: str, **options: Any) -> Any:
    """A field of a page's context; `sentence` says what the template shows of it."""
    return field(metadata={"help": sentence}, **options)


@dataclass(frozen=True)
class Tab:
    """One page of a session, in the row of tabs."""

    name: str
    url: str
    here: bool


@dataclass(frozen=True)
class Frame:
    """What `base.html` draws."""

    title: str
    way: Sequence[tuple[str, str]] = ()
    tabs: Sequence[Tab] = ()
    dagster_url: str | None = None
    signed_in: bool = True


@dataclass(frozen=True)
class Page:
    """A page's context. Each field says in its metadata what the template shows of it."""

    template: ClassVar[str]

    frame: Frame = shown("title, way, tabs and tools around the page")


@dataclass(frozen=True)
class Pending:
    """Why a page has nothing to show yet: the step that makes it has not published.

    An editor has a `form` token, and a `mending` run where one would make it.
    """

    title: str
    explanation: str
    status: str
    url: str
    form: str | None = None
    mending: Outdated | None = None


#: The pages of a session in their order: path below the session, name.
SESSION_PAGES: Sequence[tuple[str, str]] = (
    ("", "Session"),
    ("review", "Review"),
    ("quality", "Data quality"),
    ("assets", "Inventory"),
    ("dependencies", "Dependencies"),
    ("plan", "Groups & waves"),
    ("changes", "Changes"),
)


def of_engagement(key: EngagementKey, dagster_url: str | None = None) -> Frame:
    """The frame of an engagement's page."""
    return Frame(str(key), _way(key), dagster_url=dagster_url)


def of_session(
    key: SessionKey, page: str, title: str | None = None, dagster_url: str | None = None
) -> Frame:
    """The frame of a page of a session; `page` is one of the paths of `SESSION_PAGES`."""
    name = dict(SESSION_PAGES)[page]
    return Frame(
        f"{title or name} · {key.engagement} {key.session}",
        [*_way(key.engagement), (key.session, links.session(key))],
        [Tab(name, links.session(key, path), path == page) for path, name in SESSION_PAGES],
        dagster_url,
    )


def pending(key: SessionKey, state: SessionState, step: str) -> Pending:
    """Say why a page that shows what `step` publishes has nothing to show yet."""
    title = words.STEP_TITLES.get(step, step)
    makes = BY_KEY[step].description if step in BY_KEY else ""
    url = links.session(key)
    if state.status == "failed":
        return Pending(
            "The session failed before this was ready",
            f"{state.error or 'Its run ended with an error.'} This page needs the step “{title}”.",
            "failed",
            url,
        )
    if state.status in ("queued", "running"):
        return Pending(
            "Not ready yet: the session is being processed",
            f"This page appears when the step “{title}” is done. {makes}",
            state.status,
            url,
        )
    if state.status == "cancelled":
        return Pending(
            "The run was stopped before this was ready",
            f"This page needs the step “{title}”. A run goes on from where it was stopped.",
            "cancelled",
            url,
        )
    return Pending(
        "Nothing here yet",
        f"The step “{title}” has not been run for this session. "
        f"`discovery run` brings it up to date.",
        state.status,
        url,
    )


def _way(key: EngagementKey) -> list[tuple[str, str]]:
    return [("Engagements", links.home()), (str(key), links.engagement(key))]
