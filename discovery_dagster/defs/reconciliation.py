"""Where Dagster's receipts and the store's publications disagree.

The publication is the fact and the materialisation event its receipt, so a missing receipt is
written, a run without a process is ended, and a partition that is no session is taken out. A
receipt without a publication or a session is only reported: nothing can be made up for it.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import dagster as dg

from discovery_dagster.defs import inputs
from discovery_dagster.defs.engine import Engine
from discovery_dagster.defs.internals import (
    CODE_VERSION_TAG,
    DATA_VERSION_IS_USER_PROVIDED_TAG,
    DATA_VERSION_TAG,
    NULL_EVENT_POINTER,
    StepMaterializationData,
    get_input_data_version_tag,
    get_input_event_pointer_tag,
)
from discovery_dagster.defs.partitions import PARTITION_TAG
from discovery_dagster.domain.facts import Publication
from discovery_dagster.domain.keys import PARTITIONS_NAME, SessionKey
from discovery_dagster.domain.steps import BY_KEY, STEPS
from discovery_dagster.settings import Settings
from discovery_dagster.store import dagster_health, publications, sessions
from discovery_dagster.store.objects import object_store


@dataclass(frozen=True)
class Finding:
    """One disagreement."""

    partition_key: str
    code: Literal["no_receipt", "no_publication", "no_process", "no_session"]
    message: str
    mended: bool


def reconcile(engine: Engine) -> list[Finding]:
    """Find the disagreements of all sessions; mend what can be mended."""
    findings = [
        Finding(
            run.tags[PARTITION_TAG],
            "no_process",
            f"Run {run.run_id} had lost its process and was ended.",
            True,
        )
        for run in engine.sweep()
    ]
    for engagement in sessions.engagements(engine.database):
        for row in sessions.sessions(engine.database, engagement):
            findings += _session_findings(engine, row.session)
    return [*findings, *_strays(engine)]


def _session_findings(engine: Engine, session: SessionKey) -> list[Finding]:
    current = publications.current(engine.database, session)
    objects = object_store(Settings())
    findings = []
    for step in STEPS:
        publication = current.get(step.key)
        receipts = _receipts(engine.instance, session, step.key)
        if publication is not None and publication.publication not in receipts:
            rows = objects.rows(session, step, publication.publication)
            _give_receipt(engine.instance, session, publication, rows)
            message = (
                f"{step.key} {publication.publication} had no receipt in Dagster; it has one now."
            )
            findings.append(Finding(session.partition_key, "no_receipt", message, True))
        elif publication is None and receipts:
            message = f"{step.key} has receipts in Dagster but no publication."
            findings.append(Finding(session.partition_key, "no_publication", message, False))
    return findings


def _receipts(instance: dg.DagsterInstance, session: SessionKey, step: str) -> set[str]:
    """Ids of the publications that the newest materialisations of a step are receipts of."""
    records = instance.fetch_materializations(
        dg.AssetRecordsFilter(dg.AssetKey(step), asset_partitions=[session.partition_key]), limit=20
    ).records
    events = [record.asset_materialization for record in records]
    return {
        str(event.metadata["publication"].value)
        for event in events
        if event is not None and "publication" in event.metadata
    }


def _give_receipt(
    instance: dg.DagsterInstance, session: SessionKey, publication: Publication, rows: int
) -> None:
    """Write the event that the publication's run would have, with its versions, into that run."""
    versions = inputs.versions_used(BY_KEY[publication.step], publication.inputs)
    receipt = dg.AssetMaterialization(
        publication.step,
        partition=session.partition_key,
        metadata={
            "publication": publication.publication,
            "reconciled": True,
            "run": publication.run_id,
            "dagster/row_count": rows,
            **publication.counts,
        },
        tags={
            CODE_VERSION_TAG: publication.code_version,
            DATA_VERSION_TAG: publication.publication,
            DATA_VERSION_IS_USER_PROVIDED_TAG: "true",
            **{
                get_input_data_version_tag(key): _version_of_input(version)
                for key, version in versions.items()
            },
            **{
                get_input_event_pointer_tag(key): _latest_event(instance, session, key)
                for key in versions
            },
        },
    )
    run = instance.get_run_by_id(publication.run_id)
    if run is None:  # deleted in the UI
        instance.report_runless_asset_event(receipt)
        return
    event = dg.DagsterEvent(
        dg.DagsterEventType.ASSET_MATERIALIZATION.value,
        run.job_name,
        step_key=publication.step,
        event_specific_data=StepMaterializationData(receipt),
    )
    instance.report_dagster_event(event, run_id=run.run_id)


def _version_of_input(publication: str) -> str:
    """As Dagster notes an input that is partitioned: the hash of its partitions' data versions."""
    return hashlib.sha256(publication.encode()).hexdigest()


def _latest_event(instance: dg.DagsterInstance, session: SessionKey, key: dg.AssetKey) -> str:
    """Id of the event that says which data version an input has, as Dagster notes it."""
    kind = (
        dg.DagsterEventType.ASSET_MATERIALIZATION
        if key.to_user_string() in BY_KEY
        else dg.DagsterEventType.ASSET_OBSERVATION
    )
    partition = session.partition_key
    latest = instance.event_log_storage.get_latest_storage_id_by_partition(key, kind, {partition})
    return str(latest.get(partition, NULL_EVENT_POINTER))


def _strays(engine: Engine) -> Iterator[Finding]:
    strays = dagster_health.strays(engine.database)
    for key in strays.partitions:
        engine.instance.delete_dynamic_partition(PARTITIONS_NAME, key)
        message = f"The partition {key} is no session, or an archived one; removed."
        yield Finding(key, "no_session", message, True)
    for key, assets in strays.materialized.items():
        message = f"Dagster has materialisations of {', '.join(assets)}, but there is no session."
        yield Finding(key, "no_session", message, False)
