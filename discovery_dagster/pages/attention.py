"""What of a session needs a person, most urgent first: in words, with where to go."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from discovery_dagster.domain.decision_workbook.sheets import ASSETS, COLUMNS, ENDPOINTS, WORDS
from discovery_dagster.domain.keys import EngagementKey, SessionKey
from discovery_dagster.domain.state import SessionState
from discovery_dagster.domain.tables.words import GrainStatus
from discovery_dagster.pages import links, words

Urgency = Literal["bad", "warn", "info"]
_ORDER: Sequence[Urgency] = ("bad", "warn", "info")


@dataclass(frozen=True)
class Attention:
    """One thing that needs a person."""

    urgency: Urgency
    sentence: str
    action: str
    url: str


def key_of(state: SessionState) -> SessionKey:
    """The key of a state's session."""
    return SessionKey.of(EngagementKey(state.client, state.engagement), state.session)


def needed(state: SessionState, *, offered: bool = False) -> list[Attention]:
    """Return what needs a person, most urgent first; nothing for a session that is well.

    Args:
        state: of the session.
        offered: whether the page says already what is out of date, beside the button for a run.
    """
    items = [*_of_the_run(state), *_of_the_files(state), *_of_the_results(state)]
    if not offered:
        items += _out_of_date(state)
    return sorted(items, key=lambda item: _ORDER.index(item.urgency))


def _of_the_run(state: SessionState) -> Iterator[Attention]:
    here = links.session(key_of(state)) + "#steps"
    if state.status == "failed":
        yield Attention("bad", state.error or "The run failed.", "See the step", here)
    if state.status == "cancelled":
        yield Attention("warn", state.error or "The run was stopped.", "See the steps", here)
    if state.status == "done" and state.error:
        sentence = f"Results are current, but the last run failed: {state.error}"
        yield Attention("warn", sentence, "See the steps", here)


def _out_of_date(state: SessionState) -> Iterator[Attention]:
    stale = [step.step for step in state.steps if step.status == "stale"]
    if stale and state.status not in ("queued", "running"):
        names = ", ".join(f"“{words.STEP_TITLES.get(step, step)}”" for step in stale[:2])
        more = f" and {len(stale) - 2} more" if len(stale) > 2 else ""
        yield Attention(
            "warn",
            f"Out of date: {names}{more} are based on older decisions, files or rules. "
            f"`discovery run` brings them up to date.",
            "See the steps",
            links.session(key_of(state)) + "#steps",
        )


def _of_the_files(state: SessionState) -> Iterator[Attention]:
    key = key_of(state)
    unread = [file.name for file in state.files if file.error]
    if unread:
        what = f"{unread[0]} could" if len(unread) == 1 else f"{len(unread)} files could"
        yield Attention("bad", f"{what} not be read.", "Why", links.session(key) + "#files")
    waiting = [
        file.name
        for file in state.files
        for table in file.tables
        if table.status == GrainStatus.WAITING
    ]
    if waiting:
        what = f"A table of {waiting[0]}" if len(waiting) == 1 else f"{len(waiting)} tables"
        yield Attention(
            "bad",
            f"{what} {_plural(len(waiting), 'waits', 'wait')} for a decision on what a row is: "
            "no record is used.",
            "Teach",
            links.session(key, "teaching"),
        )
    rejected = sum(file.rejected for file in state.files)
    if rejected:
        yield Attention(
            "warn",
            f"{words.number(rejected)} {_plural(rejected, 'record was', 'records were')} rejected "
            "and can be corrected and sent again.",
            "Reasons",
            links.session(key, "quality") + "#rejects",
        )


def _of_the_results(state: SessionState) -> Iterator[Attention]:
    key = key_of(state)
    counts = {step.step: step.counts or {} for step in state.steps}
    conflicts = counts.get("field_mapping", {}).get("conflicts", 0)
    if conflicts:
        yield Attention(
            "warn",
            f"{words.number(conflicts)} {_plural(conflicts, 'column claims', 'columns claim')} "
            "a field that another column has.",
            "Decide",
            links.session(key, "review", kind=COLUMNS.name),
        )
    not_used = counts.get("field_mapping", {}).get("not_used", 0)
    if not_used:
        yield Attention(
            "bad",
            f"{words.number(not_used)} {_plural(not_used, 'column', 'columns')} that may identify "
            f"things {_plural(not_used, 'is', 'are')} not used: names or addresses are missing.",
            "Columns",
            links.session(key, "quality") + "#columns",
        )
    unexplained = counts.get("canonical_records", {}).get("unexplained_words", 0)
    if unexplained:
        yield Attention(
            "info",
            f"{words.number(unexplained)} {_plural(unexplained, 'word', 'words')} of the client "
            f"{_plural(unexplained, 'is', 'are')} explained by nobody: one answer each.",
            "Explain",
            links.session(key, "review", kind=WORDS.name),
        )
    unknown = state.counts.get("unknown", 0)
    if unknown:
        yield Attention(
            "info",
            f"{words.number(unknown)} {_plural(unknown, 'asset is', 'assets are')} "
            "of unknown type.",
            "Decide",
            links.session(key, "review", kind=ASSETS.name),
        )
    proposed = state.counts.get("proposed", 0)
    if proposed:
        yield Attention(
            "info",
            f"{words.number(proposed)} {_plural(proposed, 'proposal', 'proposals')} of a language "
            f"model {_plural(proposed, 'waits', 'wait')} for a person to decide.",
            "Decide",
            links.session(key, "review", kind=ASSETS.name),
        )
    ambiguous = counts.get("dependencies", {}).get("ambiguous", 0)
    if ambiguous:
        yield Attention(
            "info",
            f"{words.number(ambiguous)} "
            f"{_plural(ambiguous, 'dependency leads', 'dependencies lead')} "
            "to a name or address that several assets have.",
            "Candidates",
            links.session(key, "dependencies", why="ambiguous"),
        )
    unresolved = state.counts.get("unresolved", 0) - ambiguous
    if unresolved:
        yield Attention(
            "info",
            f"{words.number(unresolved)} "
            f"{_plural(unresolved, 'dependency leads', 'dependencies lead')} "
            "to an endpoint that is not in the inventory.",
            "Endpoints",
            links.session(key, "review", kind=ENDPOINTS.name),
        )


def _plural(count: int, one: str, many: str) -> str:
    return one if count == 1 else many
