"""Where Dagster's receipts and the store's publications disagree.

The publication is the fact and the materialisation event its receipt, so a missing receipt is
written and a run without a process is ended. A receipt without a publication is only reported:
nothing can be made up for it.
"""

from dataclasses import dataclass
from typing import Literal

import dagster as dg

from discovery_dagster.defs.engine import Engine
from discovery_dagster.defs.partitions import PARTITION_TAG
from discovery_dagster.domain.facts import Publication
from discovery_dagster.domain.keys import SessionKey
from discovery_dagster.domain.steps import STEPS
from discovery_dagster.store import publications, sessions


@dataclass(frozen=True)
class Finding:
    """One disagreement."""

    partition_key: str
    code: Literal["no_receipt", "no_publication", "no_process"]
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
    return findings


def _session_findings(engine: Engine, session: SessionKey) -> list[Finding]:
    current = publications.current(engine.database, session)
    findings = []
    for step in STEPS:
        made = current.get(step.key)
        receipts = _receipts(engine.instance, session, step.key)
        if made is not None and made.publication not in receipts:
            _give_receipt(engine.instance, session, made)
            message = f"{step.key} {made.publication} had no receipt in Dagster; it has one now."
            findings.append(Finding(session.partition_key, "no_receipt", message, True))
        elif made is None and receipts:
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


def _give_receipt(instance: dg.DagsterInstance, session: SessionKey, made: Publication) -> None:
    instance.report_runless_asset_event(
        dg.AssetMaterialization(
            made.step,
            partition=session.partition_key,
            metadata={"publication": made.publication, "reconciled": True, **made.counts},
        )
    )
