"""The pages of all engagements and of one: their sessions, and what needs attention first."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from discovery_dagster.api.problems import NotFound
from discovery_dagster.api.security import EngagementOf, StateOf, ViewerOf
from discovery_dagster.domain.keys import EngagementKey, SessionKey
from discovery_dagster.domain.roles import Role
from discovery_dagster.domain.state import SessionState
from discovery_dagster.pages import frame, links
from discovery_dagster.pages.answers import html
from discovery_dagster.pages.attention import Attention, key_of, needed
from discovery_dagster.pages.editing import form_for
from discovery_dagster.pages.frame import Frame, Page, shown
from discovery_dagster.store import sessions, uploads
from discovery_dagster.store.decisions import log, names
from discovery_dagster.store.reading import engagements
from discovery_dagster.store.states import state, states
from discovery_dagster.store.uploads import Upload

router = APIRouter()

_URGENCY = {"bad": 0, "warn": 1, "info": 2}


@dataclass(frozen=True)
class EngagementRow:
    """An engagement by its latest session."""

    key: EngagementKey
    archived: bool
    sessions: int
    latest: SessionState | None
    attention: Sequence[Attention]

    @property
    def latest_key(self) -> SessionKey | None:
        """Key of the latest session."""
        return key_of(self.latest) if self.latest else None

    @property
    def rank(self) -> tuple[bool, int, str]:
        """Where it stands in the list: archived ones last, the most urgent first."""
        urgency = _URGENCY[self.attention[0].urgency] if self.attention else len(_URGENCY)
        return self.archived, urgency, str(self.key)


@dataclass(frozen=True)
class EngagementsPage(Page):
    """Context of `engagements.html`."""

    template: ClassVar[str] = "engagements.html"

    rows: Sequence[EngagementRow] = shown("engagements, most urgent first")
    json_url: str = shown("the same from the read API")


@dataclass(frozen=True)
class SessionRow:
    """A session in the list of an engagement."""

    key: SessionKey
    state: SessionState
    rejected: int
    has_previous: bool


@dataclass(frozen=True)
class EngagementPage(Page):
    """Context of `engagement.html`."""

    template: ClassVar[str] = "engagement.html"

    key: EngagementKey = shown("the engagement")
    sessions: Sequence[SessionRow] = shown("its sessions, newest first")
    attention: Sequence[Attention] = shown("what needs a person in the newest one")
    json_url: str = shown("the sessions from the read API")
    form: str | None = shown("the form token; none of who may only look")
    received: Upload | None = shown("files that have just been sent")
    may_give_access: bool = shown("whether there is a page of tokens")
    client_name: str | None = shown("what the client is called, where somebody said")
    seen: int = shown("the last decision that the page shows")


def build_all(rows: Sequence[EngagementRow], dagster_url: str | None) -> EngagementsPage:
    """Make the page of all engagements that the viewer may see."""
    return EngagementsPage(
        Frame("Engagements", dagster_url=dagster_url),
        sorted(rows, key=lambda row: row.rank),
        links.API + links.home(),
    )


def row(
    key: EngagementKey, *, archived: bool, sessions: int, latest: SessionState | None
) -> EngagementRow:
    """Make the row of an engagement from the state of its latest session."""
    return EngagementRow(key, archived, sessions, latest, needed(latest) if latest else [])


def build_one(
    key: EngagementKey,
    states: Sequence[SessionState],
    dagster_url: str | None,
    form: str | None = None,
    received: Upload | None = None,
    may_give_access: bool = False,
    client_name: str | None = None,
    seen: int = 0,
) -> EngagementPage:
    """Make the page of an engagement from the states of its sessions."""
    newest_first = sorted(states, key=lambda state: key_of(state).ordinal, reverse=True)
    return EngagementPage(
        frame.of_engagement(key, dagster_url),
        key,
        [
            SessionRow(
                key_of(state),
                state,
                sum(file.rejected for file in state.files),
                has_previous=number < len(newest_first),
            )
            for number, state in enumerate(newest_first, start=1)
        ],
        needed(newest_first[0]) if newest_first else [],
        f"{links.API}{links.engagement(key)}/sessions",
        form,
        received,
        may_give_access,
        client_name,
        seen,
    )


@router.get("/engagements")
def all_page(viewer: ViewerOf, shared: StateOf) -> HTMLResponse:
    """Show the engagements that the viewer may see."""
    rows = []
    for engagement in engagements.visible(shared.database, viewer.scope):
        key = EngagementKey.parse(engagement["engagement"])
        latest = engagement["latest_session"]
        rows.append(
            row(
                key,
                archived=engagement["archived"],
                sessions=engagement["sessions"],
                latest=state(shared.database, SessionKey.of(key, latest)) if latest else None,
            )
        )
    return html(build_all(rows, shared.dagster_url))


@router.get("/engagements/{engagement}")
def one_page(
    request: Request, engagement: EngagementOf, shared: StateOf, received: int | None = None
) -> HTMLResponse:
    """Show an engagement's sessions; `received` is the number of an upload that has just ended."""
    if engagements.one(shared.database, engagement) is None:
        raise NotFound
    listed = states(shared.database, sessions.sessions(shared.database, engagement))
    form = form_for(shared, request.state.viewer, engagement)
    sent = uploads.one(shared.database, engagement, received) if form and received else None
    operates = form is not None and request.state.viewer.role is Role.OPERATOR
    called = names.client_name(shared.database, engagement)
    seen = log.last(shared.database, engagement) if form else 0
    return html(
        build_one(engagement, listed, shared.dagster_url, form, sent, operates, called, seen)
    )
