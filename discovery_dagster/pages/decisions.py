"""The page of what people decided in an engagement: who, when, what, before and after."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from discovery_dagster.api.problems import NotFound
from discovery_dagster.api.security import EngagementOf, StateOf
from discovery_dagster.domain.keys import EngagementKey
from discovery_dagster.pages import frame, links
from discovery_dagster.pages.answers import html
from discovery_dagster.pages.frame import Frame, Page, shown
from discovery_dagster.store.decisions import audit
from discovery_dagster.store.decisions.audit import Entry
from discovery_dagster.store.reading import engagements

router = APIRouter()

#: Entries that the page lists; the command line has all.
MOST = 500


@dataclass(frozen=True)
class DecisionsPage(Page):
    """Context of `decisions.html`."""

    template: ClassVar[str] = "decisions.html"

    key: EngagementKey = shown("the engagement")
    entries: Sequence[Entry] = shown("what was decided, newest first")
    more: bool = shown("whether there are older ones")


@router.get("/engagements/{engagement}/decisions")
def page(request: Request, engagement: EngagementOf, shared: StateOf) -> HTMLResponse:
    """Show what people decided, and to editors what they commented."""
    if engagements.one(shared.database, engagement) is None:
        raise NotFound
    may_edit = request.state.viewer.role.may_edit
    entries = audit.everything(shared.database, engagement, MOST + 1, comments=may_edit)
    around = frame.of_engagement(engagement, shared.dagster_url)
    return html(
        DecisionsPage(
            Frame(
                f"Decisions · {around.title}",
                [*around.way, ("Decisions", links.decisions(engagement))],
                dagster_url=around.dagster_url,
            ),
            engagement,
            entries[:MOST],
            len(entries) > MOST,
        )
    )
