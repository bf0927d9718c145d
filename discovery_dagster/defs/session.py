"""The resource behind every Dagster asset: one claimed session, for the length of one run."""

import gc
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

import dagster as dg

from discovery_dagster.ai.proposer import FlowProposer
from discovery_dagster.ai.questions import model_version
from discovery_dagster.defs.columns import column_types
from discovery_dagster.defs.failures import redacting_errors
from discovery_dagster.defs.inputs import observe, observe_used
from discovery_dagster.defs.page_links import page_link
from discovery_dagster.defs.partitions import FORCE_TAG, PARTITION_TAG
from discovery_dagster.defs.plots import plots
from discovery_dagster.defs.progress_log import ProgressLog
from discovery_dagster.defs.recovery import MAX_RETRIES_TAG
from discovery_dagster.domain.facts import Publication
from discovery_dagster.domain.intake import NothingReadableError, Readings, SourceFile
from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.domain.proposals import Proposer
from discovery_dagster.domain.state import MODEL, decision_inputs, without_model
from discovery_dagster.domain.steps import BY_KEY, Step, and_below
from discovery_dagster.domain.tables import SOURCE_TABLES, SOURCE_WORDS, Frames
from discovery_dagster.sandbox.reader import SandboxedReader
from discovery_dagster.sandbox.sharing import shared_reader
from discovery_dagster.settings import Settings
from discovery_dagster.store import predecessors, publications, sessions
from discovery_dagster.store.claims import Claim, SessionBusyError
from discovery_dagster.store.database import Database, open_database
from discovery_dagster.store.decisions import digests
from discovery_dagster.store.objects import ObjectStore, object_store
from discovery_dagster.store.outages import outlast
from discovery_dagster.store.predecessors import Compared
from discovery_dagster.store.progress import StepProgress
from discovery_dagster.store.publications import PublishedFrames, Publisher

Report = Callable[[int, int | None], None]
StepResult = tuple[Frames, dict[str, int]]

#: The claim that this process took before it created the run (see `engine.execute_here`), so that
#: a busy session is refused without leaving a failed run behind.
_held: ContextVar[Claim | None] = ContextVar("held_claim", default=None)


@contextmanager
def holding(claim: Claim) -> Iterator[None]:
    """Have runs that execute in this process use `claim` instead of taking their own."""
    token = _held.set(claim)
    try:
        yield
    finally:
        _held.reset(token)


@dataclass(frozen=True)
class ClaimedSession:
    """What an asset body works with: the session's data, and the right to publish it."""

    database: Database
    objects: ObjectStore
    claim: Claim
    settings: Settings
    reader: SandboxedReader
    #: What ends with the run.
    resources: ExitStack
    _copies: dict[str, Path] = field(default_factory=dict)

    @property
    def key(self) -> SessionKey:
        """The session."""
        return self.claim.session

    @cached_property
    def previous(self) -> Compared | None:
        """What the session before had made when this run asked first; None when there is none."""
        return predecessors.previous(self.database, self.key)

    @cached_property
    def readings(self) -> Readings:
        """What this run has read of the session's files and not taken yet."""
        return Readings(self.reader.read_tables)

    def source_files(self) -> list[SourceFile]:
        """The session's files, in the order in which they were added."""
        return [
            SourceFile(file.name, self._path(file.sha256), file.sha256, file.size)
            for file in sessions.files(self.database, self.key)
        ]

    def _path(self, sha256: str) -> Path:
        """Path of an archived file, for the length of the run."""
        if sha256 not in self._copies:
            copy = self.resources.enter_context(self.objects.file(self.key, sha256))
            self._copies[sha256] = copy
        return self._copies[sha256]

    def inputs(self, step: Step, upstream: Mapping[str, PublishedFrames]) -> dict[str, str]:
        """What a step is made from: the publications above it, or the files; and decisions."""
        if not upstream:
            return {"files": sessions.digest(sessions.files(self.database, self.key))}
        made_from = {key: published.publication for key, published in upstream.items()}
        if step.compares:
            made_from |= predecessors.inputs(self.previous)
        if not step.decisions:
            return made_from
        headers, assets, words = list[list[str]](), set[str](), set[tuple[str, str]]()
        if "source_records" in upstream:
            headers = upstream["source_records"].frame(SOURCE_TABLES)["header"].to_list()
        if {"assets", "strategies"} & set(step.decisions):
            described = upstream.get("inventory") or upstream["classified_assets"]
            assets = set(described.column("assets", "asset_id"))
        if "dictionary" in step.decisions:
            held = upstream["field_mapping"].frame(SOURCE_WORDS)
            words = set(held.select("field", "key").iter_rows())
        return made_from | decision_inputs(
            step, digests.digests_of(self.database, self.key.engagement, headers, assets, words)
        )

    def proposer(self, key: str, report: Report) -> Proposer | None:
        """Return what asks a language model for the step called `key`; None without a model."""
        step = BY_KEY[key]
        if model_version(self.settings, step) is None:
            return None
        return FlowProposer(self.settings, self.claim, step, report)

    def _stands(self, publication: Publication, step: Step, inputs: Mapping[str, str]) -> bool:
        """Whether a publication is what the step would give now.

        Without a model what one proposed is kept. With one, what it left unanswered is asked again.
        """
        version = model_version(self.settings, step)
        same_model = version is None or version == publication.inputs.get(MODEL)
        is_complete = version is None or not publication.counts.get("model.unanswered")
        same = (without_model(publication.inputs), publication.code_version) == (
            inputs,
            step.code_version,
        )
        return same and same_model and is_complete

    def materialize(
        self,
        context: dg.AssetExecutionContext,
        work: Callable[[Report], StepResult],
        unit: str,
        **upstream: PublishedFrames,
    ) -> dg.MaterializeResult[None]:
        """Publish the asset's step, or only give the receipt when it is published already.

        A publication from the same inputs by the same code stands: a run that was killed between
        its commit and Dagster's event does not do the work again. Unless the run's tag
        `discovery/force` names the step or one above it.

        Args:
            context: of the Dagster asset, whose key names the step.
            work: makes the frames and counts; is given a function that reports its progress.
            unit: of the progress, such as `files`.
            upstream: the publications that the step is made from, by step.
        """
        step = BY_KEY[context.asset_key.to_user_string()]
        inputs = outlast(lambda: self.inputs(step, upstream))
        observe_used(context, self.key, step, inputs)
        publication = publications.current(self.database, self.key).get(step.key)
        forced = step.key in and_below(context.run.tags.get(FORCE_TAG, "").split(","))
        reused = publication is not None and self._stands(publication, step, inputs) and not forced
        if publication is not None and reused:
            rows = self.objects.rows(self.key, step, publication.publication)
        else:
            started_at = datetime.now(UTC)
            version = model_version(self.settings, step)
            sources = inputs if version is None else {**inputs, MODEL: version}
            with (
                redacting_errors(self.objects, self.key, step.key),
                StepProgress(self.claim, step.key, unit, started_at) as report,
            ):
                report(0, None)
                try:
                    result, counts = work(ProgressLog(context.log, unit, report))
                except NothingReadableError:  # nor would it be when tried again
                    context.instance.add_run_tags(context.run.run_id, {MAX_RETRIES_TAG: "0"})
                    raise
                publication = Publisher(self.claim, self.objects).publish(
                    step, sources, result, counts, started_at
                )
                rows = result[next(iter(step.frames))].height
        return dg.MaterializeResult(
            metadata={
                "publication": publication.publication,
                "reused": reused,
                "dagster/row_count": rows,
                **{name: dg.MetadataValue.int(count) for name, count in publication.counts.items()},
                **plots(step.key, publication.counts),
                **{f"{name}/schema": column_types(table) for name, table in step.frames.items()},
                "page": dg.MetadataValue.url(page_link(self.settings.pages_url, self.key, step)),
            },
            data_version=dg.DataVersion(publication.publication),
        )


#: Objects made before Python looks for garbage in cycles, and how rarely at older ones. A plan is
#: made of millions of small objects, of which none is garbage: at 700 a look took a sixth of it.
_COLLECTED = (50_000, 20, 100)


@contextmanager
def _rarely_collecting() -> Iterator[None]:
    before = gc.get_threshold()
    gc.set_threshold(*_COLLECTED)
    try:
        yield
    finally:
        gc.set_threshold(*before)


@dg.resource(description="The claimed session of the run, and the store around it.")
def claimed_session(context: dg.InitResourceContext) -> Iterator[ClaimedSession]:
    """Open the store and claim the run's session; give both free when the run ends.

    Raises:
        SessionBusyError: when another run holds the session; the run is not retried then.
    """
    run = context.run
    if run is None or PARTITION_TAG not in run.tags:
        raise dg.Failure("A run needs one session: choose a partition.", allow_retries=False)
    session = SessionKey.parse(run.tags[PARTITION_TAG])
    settings = Settings()
    with _rarely_collecting(), ExitStack() as resources:
        database = resources.enter_context(open_database(settings))
        sessions.find(database, session)
        claim = _held.get()
        if claim is None:
            claim = resources.enter_context(_claim(context, database, session, run.run_id))
        reader = shared_reader() or resources.enter_context(_open_reader(settings))
        yield ClaimedSession(database, object_store(settings), claim, settings, reader, resources)
        if context.instance is not None:
            observe(context.instance, database, session.engagement)


def _open_reader(settings: Settings) -> SandboxedReader:
    settings.spill.mkdir(parents=True, exist_ok=True)
    return SandboxedReader(settings.limits, settings.allowance, settings.spill)


def _claim(
    context: dg.InitResourceContext, database: Database, session: SessionKey, run_id: str
) -> Claim:
    try:
        return Claim.take(database, session, run_id)
    except SessionBusyError:
        if context.instance is not None:
            # Or the daemon would try again for as long as the other run lives.
            context.instance.add_run_tags(run_id, {MAX_RETRIES_TAG: "0"})
        raise


class PublishedFramesIOManager(dg.IOManager):
    """Hands a step the current publications above it. Steps publish; nothing is written here."""

    def handle_output(self, context: dg.OutputContext, obj: object) -> None:
        """Refuse: a step that returns a value would bypass publishing."""
        raise TypeError(f"{context.asset_key} returned a value instead of publishing it.")

    def load_input(self, context: dg.InputContext) -> PublishedFrames:
        """Return the frames of the upstream step's current publication.

        Raises:
            dg.Failure: when that step was never published.
        """
        assert context.upstream_output is not None  # noqa: S101 - inputs here come from assets
        step = context.upstream_output.asset_key.to_user_string()
        session: ClaimedSession = context.resources.session
        publication = publications.current(session.database, session.key).get(step)
        if publication is None:
            raise dg.Failure(f"{session.key} has no {step} yet: materialise it first.")
        return PublishedFrames(session.objects, session.key, step, publication.publication)


@dg.io_manager(required_resource_keys={"session"}, description="Hands on what steps published.")
def published_frames() -> PublishedFramesIOManager:
    """Read in the run's own session, so that no input opens the database anew."""
    return PublishedFramesIOManager()
