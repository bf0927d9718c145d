"""What of a session is out of date, as an editor is told, and the button that has it run again."""

from collections.abc import Sequence
from dataclasses import dataclass

from discovery_dagster.api.state import AppState
from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.domain.state import SessionState
from discovery_dagster.pages import links, words
from discovery_dagster.store import run_requests
from discovery_dagster.store.run_requests import RunRequest
from discovery_dagster.store.states import state

#: States in which nobody asks for a run: it has begun, or waits for its turn.
UNDER_WAY = ("queued", "running")

#: States that a run mends, and what the button says then.
_BUTTONS = {
    "stale": "Run again",
    "failed": "Run again",
    "cancelled": "Resume",
    "waiting": "Run",
}


@dataclass(frozen=True)
class Outdated:
    """What a run would mend: the titles of stale `steps`, and the button that asks for the run.

    `request` is what somebody has asked for already, in whose place there is no button.
    """

    steps: Sequence[str]
    button: str
    url: str
    command: str
    request: RunRequest | None


def outdated(
    shared: AppState, session: SessionKey, known: SessionState | None = None
) -> Outdated | None:
    """Return what a run of the session would mend; None when nothing, or while it runs.

    `known` is the state of the session where the caller has it.
    """
    now = known or state(shared.database, session)
    if now.status not in _BUTTONS:
        return None
    return Outdated(
        [words.STEP_TITLES[step.step] for step in now.steps if step.status == "stale"],
        _BUTTONS[now.status],
        f"{links.session(session)}/run",
        words.command("run", session),
        run_requests.waiting_of(shared.database, session),
    )
