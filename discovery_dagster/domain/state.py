"""What a session's state is. Nobody stores it: it is computed here, and here alone, from the facts.

Command line, API, pages and tests all show this model.
"""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict

from discovery_dagster.domain.facts import Publication, Run, SessionFacts
from discovery_dagster.domain.steps import STEPS, Step

Status = Literal["waiting", "queued", "running", "done", "failed", "cancelled", "stale"]

_QUEUED = {"NOT_STARTED", "QUEUED"}
_RUNNING = {"STARTING", "STARTED", "CANCELING"}

#: How long a run may be in a status before its process has taken the claim: while the machine is
#: busy, that is, for one that waits in the queue is never asked. It is created a moment before it
#: is queued; its worker, or a pod that waits for a machine, then starts, for which a run brings a
#: limit of its own; and it reports itself started just before it takes the claim.
_CLAIM_GRACE = {
    "NOT_STARTED": timedelta(seconds=300),
    "STARTED": timedelta(seconds=45),
    "CANCELING": timedelta(seconds=15),
}

PROCESS_LOST = (
    "The process of this run is gone. Services that run retry it within a minute from where it "
    "stopped; without them, `discovery run` resumes it."
)
CANCELLED = "It was stopped; `discovery run` resumes it from where it stopped."

#: Input of a publication that names the language model which proposed. It makes nothing stale: what
#: a model proposed is no fact, and whoever only reads need not know which one is configured.
MODEL = "model"

#: How the message of a run begins that was cancelled because it cannot be run.
REFUSED = "Refused: "


class StepProgress(BaseModel):
    """How far a running step is."""

    done: int
    total: int | None
    unit: str


class StepState(BaseModel):
    """One step of a session."""

    step: str
    status: Status
    progress: StepProgress | None = None
    counts: dict[str, int] | None = None
    run_id: str | None = None
    publication: str | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    error: str | None = None


class TableState(BaseModel):
    """What a record of one table of a file is."""

    sheet: str | None
    grain: str
    status: str
    confidence: float
    name_column: str | None
    reason: str


class FileState(BaseModel):
    """One file of a session and what became of its records."""

    model_config = ConfigDict(from_attributes=True)

    name: str
    sha256: str
    format: str | None
    records: int
    accepted: int
    rejected: int
    ignored: int
    error: str | None
    notes: list[str] = []
    tables: list[TableState] = []

    @classmethod
    def unread(cls, name: str, why: str) -> Self:
        """Describe a file that could not be taken in at all: its content has no hash."""
        return cls(
            name=name,
            sha256="",
            format=None,
            records=0,
            accepted=0,
            rejected=0,
            ignored=0,
            error=why,
        )


class SessionState(BaseModel):
    """A session: its status, its files, its steps and what they counted."""

    client: str
    engagement: str
    session: str
    title: str | None
    partition_key: str
    status: Status
    run_id: str | None
    started_at: datetime | None
    finished_at: datetime | None
    error: str | None
    files: list[FileState]
    counts: dict[str, Any]
    steps: list[StepState]

    @property
    def succeeded(self) -> bool:
        """Whether everything is current and the last run, if any, ended without an error."""
        return self.status == "done" and self.error is None


def compute(facts: SessionFacts) -> SessionState:
    """Return the state that the facts amount to."""
    run = _living(facts)
    states: dict[str, StepState] = {}
    current: set[str] = set()
    for step in STEPS:
        if _is_current(step, facts, current):
            current.add(step.key)
        states[step.key] = _step_state(step, facts, run, current=step.key in current)
    key = facts.session
    return SessionState(
        client=key.engagement.client,
        engagement=key.engagement.engagement,
        session=key.session,
        title=facts.title,
        partition_key=key.partition_key,
        status=_session_status(run, states),
        run_id=run.run_id if run else None,
        started_at=run.started_at if run else None,
        finished_at=run.finished_at if run else None,
        error=run.error if run else None,
        files=[FileState.model_validate(file) for file in facts.files],
        counts=_counts(facts.publications),
        steps=list(states.values()),
    )


def has_no_process(run: Run, *, claim_held: bool, now: datetime) -> bool:
    """Whether a run that Dagster believes to be alive has lost its process."""
    since = run.changed_at or run.started_at or run.created_at
    grace = run.start_limit if run.status == "STARTING" else _CLAIM_GRACE.get(run.status)
    # A time to come means that the clock was set back, by an unknown amount. Only a run that
    # holds no claim is judged by the clock at all, and one judged wrongly is fenced.
    return grace is not None and not claim_held and abs(now - since) > grace


def expected_inputs(
    step: Step,
    files_digest: str,
    publications: Mapping[str, Publication],
    decisions: Mapping[str, str],
    previous: Mapping[str, str],
) -> dict[str, str] | None:
    """What `step` would be made from now; None while something of it is missing.

    Args:
        step: one of the steps.
        files_digest: of the session's files.
        publications: current ones by step.
        decisions: digest by kind, without the kinds of which there are none.
        previous: inputs of steps that compare with the session before; empty when there is none.
    """
    if not step.upstream:
        return {"files": files_digest}
    if any(key not in publications for key in step.upstream):
        return None
    made_from = {key: publications[key].publication for key in step.upstream}
    if step.compares:
        made_from |= previous
    return made_from | decision_inputs(step, decisions)


def decision_inputs(step: Step, decisions: Mapping[str, str]) -> dict[str, str]:
    """The part of a step's inputs that people decided."""
    return {f"decisions.{kind}": decisions[kind] for kind in step.decisions if kind in decisions}


def without_model(inputs: Mapping[str, str]) -> dict[str, str]:
    """Return the inputs of a publication that can make it stale."""
    return {name: value for name, value in inputs.items() if name != MODEL}


def _living(facts: SessionFacts) -> Run | None:
    run = facts.run
    if run and has_no_process(run, claim_held=facts.claim_held, now=facts.now):
        return Run(run.run_id, "FAILURE", run.created_at, run.started_at, None, None, PROCESS_LOST)
    return run


def _step_state(step: Step, facts: SessionFacts, run: Run | None, *, current: bool) -> StepState:
    publication = facts.publications.get(step.key)
    state = StepState(step=step.key, status="waiting")
    if publication is not None:
        state = StepState(
            step=step.key,
            status="done" if current else "stale",
            counts=dict(publication.counts),
            run_id=publication.run_id,
            publication=publication.publication,
            started_at=publication.started_at,
            finished_at=publication.at,
        )
    if run is not None and run.status == "FAILURE" and run.failed_step == step.key:
        if current and state.run_id == run.run_id:  # what failed came after its commit
            return state
        # Also where an older publication is current: the run was to make it anew, and has not.
        return state.model_copy(
            update={"status": "failed", "error": run.error, "run_id": run.run_id}
        )
    reported = facts.progress.get(step.key)
    working = run is not None and run.status in _RUNNING and not current
    if run is None or reported is None or not working or reported.run_id != run.run_id:
        return state
    return state.model_copy(
        update={
            "status": "running",
            "run_id": run.run_id,
            "started_at": reported.started_at,
            "finished_at": None,
            "progress": StepProgress(done=reported.done, total=reported.total, unit=reported.unit),
        }
    )


def _is_current(step: Step, facts: SessionFacts, current: Collection[str]) -> bool:
    """Whether a step's publication is what it would be made from now; `current` are those above."""
    publication = facts.publications.get(step.key)
    return (
        publication is not None
        and publication.code_version == step.code_version
        and without_model(publication.inputs)
        == expected_inputs(
            step, facts.files_digest, facts.publications, facts.decisions, facts.previous
        )
        and set(step.upstream) <= set(current)
    )


def _session_status(run: Run | None, steps: Mapping[str, StepState]) -> Status:
    if run is not None and (run.status in _QUEUED or run.will_retry):
        return "queued"
    if run is not None and run.status in _RUNNING:
        return "running"
    statuses = {state.status for state in steps.values()}
    if statuses == {"done"}:
        return "done"
    if run is not None and run.status == "FAILURE":
        return "failed"
    if run is not None and run.status == "CANCELED":
        return "cancelled"
    return "stale" if "stale" in statuses else "waiting"


def _counts(publications: Mapping[str, Publication]) -> dict[str, Any]:
    """The figures that a person asks for first, from the counts of the steps."""

    def count(step: str, name: str) -> int:
        publication = publications.get(step)
        return publication.counts.get(name, 0) if publication else 0

    classified = publications.get("classified_assets")
    types = classified.counts if classified else {}
    prefix = "type."
    return {
        "assets": count("inventory", "assets"),
        "assets_by_type": {
            name.removeprefix(prefix): number
            for name, number in sorted(types.items())
            if name.startswith(prefix)
        },
        "unknown": count("classified_assets", f"{prefix}unknown"),
        "dependencies": count("dependencies", "resolved"),
        "unresolved": count("dependencies", "unresolved"),
        "groups": count("migration_plan", "groups"),
        "waves": count("migration_plan", "waves"),
        **_model_counts(publications),
    }


def _model_counts(publications: Mapping[str, Publication]) -> dict[str, int]:
    """What a language model proposed and left unanswered; nothing where none was asked."""
    model_counts = [
        publication.counts
        for publication in publications.values()
        if "model.calls" in publication.counts
    ]
    if not model_counts:
        return {}
    return {
        name: sum(counts.get(f"model.{name}", 0) for counts in model_counts)
        for name in ("proposed", "unanswered")
    }
