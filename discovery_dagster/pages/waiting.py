"""Whether a step has published what a page shows."""

from collections.abc import Mapping
from dataclasses import replace

from fastapi import Request

from discovery_dagster.api.state import AppState
from discovery_dagster.domain.facts import Publication
from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.pages import frame
from discovery_dagster.pages.editing import form_for
from discovery_dagster.pages.frame import Pending
from discovery_dagster.pages.outdated import outdated
from discovery_dagster.store import publications
from discovery_dagster.store.states import state


def waits_for(
    shared: AppState, request: Request, session: SessionKey, step: str
) -> tuple[Pending | None, Mapping[str, Publication]]:
    """Return why a page about what `step` makes cannot be shown yet, and what is published.

    The state, which asks Dagster's tables too, is computed only when something is missing. An
    editor is offered the run that would make it.
    """
    published = publications.current(shared.database, session)
    if step in published:
        return None, published
    now = state(shared.database, session)
    form = form_for(shared, request.state.viewer, session.engagement)
    mending = outdated(shared, session, now) if form else None
    return replace(frame.pending(session, now, step), form=form, mending=mending), published
