"""Whether a step has published what a page shows."""

from collections.abc import Mapping

from discovery_dagster.api.state import AppState
from discovery_dagster.domain.facts import Publication
from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.pages import frame
from discovery_dagster.pages.frame import Pending
from discovery_dagster.store import publications
from discovery_dagster.store.states import state


def waits_for(
    shared: AppState, session: SessionKey, step: str
) -> tuple[Pending | None, Mapping[str, Publication]]:
    """Return why a page about what `step` makes cannot be shown yet, and what is published.

    The state, which asks Dagster's tables too, is computed only when something is missing.
    """
    published = publications.current(shared.database, session)
    if step in published:
        return None, published
    return frame.pending(session, state(shared.database, session), step), published
