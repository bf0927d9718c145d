"""Tells a webhook of runs that failed and of sessions whose checks did not pass.

Keys and counts only: never a message, which could quote a cell.
"""

from collections.abc import Callable, Iterator
from typing import Any, Literal

import dagster as dg
import httpx

from discovery_dagster.defs.partitions import PARTITION_TAG
from discovery_dagster.domain.keys import InvalidKeyError, SessionKey
from discovery_dagster.settings import Settings

#: Seconds that the receiver may take, and runs that one tick looks at.
_TIMEOUT, _MOST_RUNS = 5, 20

Alert = dict[str, Any]
Ended = Literal[dg.DagsterEventType.RUN_FAILURE, dg.DagsterEventType.RUN_SUCCESS]


def _alert_sensor(
    name: str, ended: Ended, describe: Callable[..., Alert | None], description: str
) -> dg.SensorDefinition:
    """A sensor that tells of runs that ended so, each once, in their order.

    Dagster's own run status sensors go on after an error; these try again with the next tick what
    could not be delivered. What happened before the first tick is not told.
    """

    def evaluate(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        url = Settings().webhook_url
        if url is None:
            return dg.SkipReason("DISCOVERY_WEBHOOK_URL is not set.")
        if context.cursor is None:
            newest = context.instance.fetch_run_status_changes(ended, limit=1).records
            start = newest[0].storage_id if newest else 0
            return dg.SensorResult(
                cursor=str(start), skip_reason="Reports runs that end from now on."
            )
        position = int(context.cursor)
        for storage_id, run in _ended_after(context.instance, ended, position):
            alert = _session_alert(run, describe(context.instance, run))
            if alert is not None and (problem := _post(url, alert)):
                context.log.error(f"The webhook was not reached ({problem}); tried again.")
                return dg.SensorResult(
                    cursor=str(position), skip_reason=f"The webhook was not reached ({problem})."
                )
            position = storage_id
        return dg.SensorResult(cursor=str(position))

    running = Settings().webhook_url is not None
    status = dg.DefaultSensorStatus.RUNNING if running else dg.DefaultSensorStatus.STOPPED
    return dg.SensorDefinition(
        name=name,
        evaluation_fn=evaluate,
        minimum_interval_seconds=15,
        default_status=status,
        description=description,
    )


def _ended_after(
    instance: dg.DagsterInstance, ended: Ended, storage_id: int
) -> Iterator[tuple[int, dg.DagsterRun]]:
    records = instance.fetch_run_status_changes(
        dg.RunStatusChangeRecordsFilter(ended, after_storage_id=storage_id),
        limit=_MOST_RUNS,
        ascending=True,
    ).records
    for record in records:
        run = instance.get_run_by_id(record.event_log_entry.run_id)
        if run is not None:
            yield record.storage_id, run


def _session_alert(run: dg.DagsterRun, alert: Alert | None) -> Alert | None:
    """Say whose run it is; a run of no session is told by its job."""
    if alert is None:
        return None
    try:
        session = SessionKey.parse(run.tags.get(PARTITION_TAG, ""))
    except InvalidKeyError:
        return {**alert, "job": run.job_name, "run_id": run.run_id}
    return {
        **alert,
        "client": session.engagement.client,
        "engagement": session.engagement.engagement,
        "session": session.session,
        "partition_key": session.partition_key,
        "run_id": run.run_id,
    }


def _failure(instance: dg.DagsterInstance, run: dg.DagsterRun) -> Alert:
    failed = instance.get_records_for_run(run.run_id, of_type=dg.DagsterEventType.STEP_FAILURE)
    return {
        "event": "run_failed",
        "failed_steps": [record.event_log_entry.step_key for record in failed.records],
        "will_retry": run.tags.get("dagster/will_retry") == "true",
        "checks": _failed_checks(instance, run),
    }


def _degraded(instance: dg.DagsterInstance, run: dg.DagsterRun) -> Alert | None:
    checks = _failed_checks(instance, run)
    return {"event": "quality_degraded", "checks": checks} if checks else None


def _failed_checks(instance: dg.DagsterInstance, run: dg.DagsterRun) -> list[Alert]:
    evaluated = instance.get_records_for_run(
        run.run_id, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION
    )
    evaluations = [record.event_log_entry.asset_check_evaluation for record in evaluated.records]
    return [
        _check(evaluation)
        for evaluation in evaluations
        if evaluation is not None and not evaluation.passed
    ]


def _check(evaluation: dg.AssetCheckEvaluation) -> Alert:
    return {
        "check": evaluation.check_name,
        "step": evaluation.asset_key.to_user_string(),
        "severity": evaluation.severity.value,
        "counts": {
            name: value.value
            for name, value in evaluation.metadata.items()
            if isinstance(value, dg.IntMetadataValue)
        },
    }


def _post(url: str, alert: Alert) -> str | None:
    """Deliver an alert; return what is wrong when it was not delivered."""
    if not url.startswith(("http://", "https://")):
        return "DISCOVERY_WEBHOOK_URL is no http address"
    try:
        httpx.post(url, json=alert, timeout=_TIMEOUT).raise_for_status()
    except httpx.HTTPStatusError as error:
        return f"it answered {error.response.status_code}"
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return type(error).__name__
    return None


ALERTS = (
    _alert_sensor(
        "failed_runs",
        dg.DagsterEventType.RUN_FAILURE,
        _failure,
        "Notifies the webhook of each failed run.",
    ),
    _alert_sensor(
        "degraded_quality",
        dg.DagsterEventType.RUN_SUCCESS,
        _degraded,
        "Notifies the webhook of sessions that were imported with failed checks.",
    ),
)
