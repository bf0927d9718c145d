"""Inputs of steps that no step makes: what people decided, and the session before.

Dagster knows them as external assets with a partition a session. An observation gives one its data
version, so that a step reads stale in Dagster when it does for Discovery: what a step used is
observed when it runs, and what holds by then when a run or a decision may have changed it.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import dagster as dg

from discovery_dagster.defs.internals import DATA_VERSION_TAG
from discovery_dagster.defs.partitions import SESSION_PARTITIONS
from discovery_dagster.domain.keys import EngagementKey, SessionKey
from discovery_dagster.domain.steps import STEPS, Step
from discovery_dagster.store import predecessors, sessions
from discovery_dagster.store.database import Database
from discovery_dagster.store.decisions import digests

_PREVIOUS: Final = dg.AssetKey("previous_session")

#: Data version where nothing was decided, or no session is before.
_NOTHING: Final = "none"


def input_assets(step: Step) -> list[dg.AssetKey]:
    """Return the external assets that a step is made from."""
    keys = [_decisions(kind) for kind in step.decisions]
    return [*keys, _PREVIOUS] if step.compares else keys


def _decisions(kind: str) -> dg.AssetKey:
    return dg.AssetKey(["decisions", kind])


def _specs() -> Iterator[dg.AssetSpec]:
    descriptions = {
        _decisions(kind): f"Decisions that the session is made from: {kind}."
        for step in STEPS
        for kind in step.decisions
    }
    descriptions[_PREVIOUS] = (
        "What the previous session published, with which this one is compared."
    )
    for key, description in descriptions.items():
        yield dg.AssetSpec(
            key,
            description=description,
            group_name="inputs",
            owners=["team:discovery"],
            kinds={"postgres"},
            tags={"layer": "inputs"},
            partitions_def=SESSION_PARTITIONS,
        )


INPUTS: Final = tuple(_specs())


def observe_used(
    context: dg.AssetExecutionContext, session: SessionKey, step: Step, inputs: Mapping[str, str]
) -> None:
    """Tell Dagster the versions that a step is made from, before it notes what it was made from.

    Args:
        context: of the step, which has looked its inputs up already and looks again.
        session: that is made.
        step: of the session.
        inputs: of the publication.
    """
    versions = versions_used(step, inputs)
    changed = [
        _observe(context.instance, key, {session: versions[key]}) for key in input_assets(step)
    ]
    if any(changed):
        context.get_step_execution_context().fetch_external_input_asset_version_info()


def versions_used(step: Step, inputs: Mapping[str, str]) -> dict[dg.AssetKey, str]:
    """Return the data version of each asset that a step was made from, by the asset's key.

    Args:
        step: that was made.
        inputs: of its publication.
    """
    outside = _versions(inputs)
    upstream = {dg.AssetKey(key): inputs[key] for key in step.upstream}
    return upstream | {key: outside.get(key, _NOTHING) for key in input_assets(step)}


def observe(instance: dg.DagsterInstance, database: Database, engagement: EngagementKey) -> None:
    """Tell Dagster what holds now for the sessions of an engagement."""
    keys = [row.session for row in sessions.sessions(database, engagement)]
    decided = digests.digests_by_session(database, keys)
    with database.reader([engagement]) as connection:
        previous = predecessors.previous_of(connection, keys)
    versions = {
        key: _versions(
            {f"decisions.{kind}": digest for kind, digest in decided[key].items()}
            | predecessors.inputs(previous.get(key))
        )
        for key in keys
    }
    for spec in INPUTS:
        _observe(instance, spec.key, {key: versions[key].get(spec.key, _NOTHING) for key in keys})


def _versions(inputs: Mapping[str, str]) -> dict[dg.AssetKey, str]:
    """The data versions of external assets, from what a publication names as its inputs."""
    prefix = "decisions."
    versions = {
        _decisions(name.removeprefix(prefix)): digest
        for name, digest in inputs.items()
        if name.startswith(prefix)
    }
    before = sorted(pair for pair in inputs.items() if pair[0].startswith("previous"))
    if before:
        versions[_PREVIOUS] = hashlib.sha256(repr(before).encode()).hexdigest()[:16]
    return versions


def _observe(
    instance: dg.DagsterInstance, key: dg.AssetKey, versions: Mapping[SessionKey, str]
) -> Sequence[SessionKey]:
    """Report those versions that Dagster does not have; return their sessions."""
    known = instance.event_log_storage.get_latest_tags_by_partition(
        key,
        dg.DagsterEventType.ASSET_OBSERVATION,
        [DATA_VERSION_TAG],
        [session.partition_key for session in versions],
    )
    new = [
        session
        for session, version in versions.items()
        if known.get(session.partition_key, {}).get(DATA_VERSION_TAG) != version
    ]
    for session in new:
        instance.report_runless_asset_event(
            dg.AssetObservation(
                key,
                partition=session.partition_key,
                tags={DATA_VERSION_TAG: versions[session]},
            )
        )
    return new
